"""Broken Terraform states and seed files: a line for each problem, and no traceback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.errors import EcsXRayError, Problem
from cdk_ecs_xray.local.seed import Seed
from tests.adopt.environments import assembly, service_template
from tests.adopt.terraform_states import reference_resources, sampling_rule, state
from tests.fuzz.conftest import fuzzed
from tests.fuzz.mutation import as_text, broken, torn
from tests.terraform_documents import plan, right, state_file
from tests.terraform_documents import state as shown_state

if TYPE_CHECKING:
    from tests.fuzz.conftest import Fed

STATE = state(*reference_resources(), sampling_rule("dev-checkout"))
PRINTED = [plan(*right()), shown_state(*right()), state_file(*right())]
SEED = {
    "account": "111122223333",
    "region": "eu-west-1",
    "clusters": ["shared"],
    "roles": [{"name": "task", "assumed_by": "ecs-tasks.amazonaws.com", "allow": ["s3:Get*"]}],
    "log_groups": ["/shared"],
    "parameters": {"/shared/vpc": "vpc-1"},
    "exports": {"shared:subnets": "subnet-1"},
}


@pytest.fixture(scope="module")
def cdk_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("adopt") / "cdk.out", one=service_template())


@fuzzed
@given(content=torn(broken(STATE).map(as_text)), form=st.sampled_from(["text", "json"]))
def test_states(fed: Fed, cdk_out: Path, content: bytes, form: str) -> None:
    fed(["adopt", "--state", "FILE", "--app", str(cdk_out), "--format", form], content)


@fuzzed
@given(
    content=torn(st.sampled_from(PRINTED).flatmap(broken).map(as_text)),
    form=st.sampled_from(["terminal", "html", "sarif"]),
)
def test_reviews(fed: Fed, content: bytes, form: str) -> None:
    fed(["review", "FILE", "--format", form], content)


@fuzzed
@given(content=torn(broken(SEED).map(as_text)))
def test_seeds(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "seed.yaml"
    file.write_bytes(content)

    problems: Sequence[Problem] = ()
    try:
        Seed.from_file(file)
    except EcsXRayError as refused:
        problems = refused.problems
    assert all(str(problem).isprintable() for problem in problems)
