"""The stack that turns Transaction Search on: what it holds, and that it is off by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from stacks.nag import check_with_nag
from tests.stacks.conftest import RULES, SERVICE

if TYPE_CHECKING:
    from tests.conftest import Synthesised

SEARCH = "Custom::XRayTransactionSearch"
Stages = Callable[..., Mapping[str, "Synthesised"]]


def keys(name: str, search: object) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": "fq",
        "sampling_rules": RULES,
        "services": [SERVICE],
        "transaction_search": search,
    }


def test_each_key_reaches_the_stack_and_no_other_stack_has_it(stages: Stages) -> None:
    chosen = {"indexing_percentage": 0, "removal_policy": "destroy"}
    stacks = stages({"name": "dev", "transaction_search": chosen}, keys("qa", {}), {"name": "off"})
    found = {
        name: (one["IndexingPercentage"], one["TurnOff"])
        for name, stack in stacks.items()
        for one in [
            resource["Properties"]
            for resource in stack.template.get("Resources", {}).values()
            if resource["Type"] == SEARCH
        ]
    }
    assert found == {
        "fq-dev-transaction-search": (0, True),
        "fq-qa-transaction-search": (1, False),
    }


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ({"indexing_percentage": 101}, "indexing_percentage must be between 0 and 100"),
        ({"indexing_percentage": True}, "indexing_percentage"),
        ({"removal_policy": "snapshot"}, "removal_policy"),
        ({"percentage": 1}, "percentage"),
        (True, "transaction_search"),
    ],
)
def test_what_cannot_be_is_refused(
    project: Path, problems_of: Callable[..., list[str]], search: object, words: str
) -> None:
    file = project / "environments" / "dev.yaml"
    lines = f"transaction_search: {str(search).replace('True', 'true')}\n"
    file.write_text(file.read_text() + lines)
    problems = problems_of(Environment.from_file, file)
    assert any(words in problem for problem in problems)


def test_a_service_cannot_have_the_stack_s_name() -> None:
    with pytest.raises(ValueError, match="transaction-search stack"):
        Environment.model_validate(
            {**keys("dev", {}), "services": [{**SERVICE, "name": "transaction-search"}]}
        )


def test_every_finding_of_nag_is_acknowledged(
    assemble: Callable[..., Any], shipped_context: Mapping[str, object]
) -> None:
    def build(app: cdk.App) -> None:
        EnvironmentStage(app, environment=Environment.model_validate(keys("dev", {})))
        check_with_nag(app)

    assemble(build, context=shipped_context)


def test_one_environment_of_an_account_and_region_turns_it_on(
    project: Path, problems_of: Callable[..., list[str]]
) -> None:
    dev = project / "environments" / "dev.yaml"
    place = "account: '111111111111'\nregion: eu-west-1\ntransaction_search: {}\n"
    text = dev.read_text()
    dev.write_text(text + place)
    qa = project / "environments" / "qa.yaml"
    qa.write_text(text.replace("name: dev", "name: qa", 1) + place)
    (problem,) = problems_of(read_environments, "environments")
    assert problem.startswith(
        "environments 'dev', 'qa': transaction_search must be set by one environment"
    )
    qa.write_text(qa.read_text().replace("eu-west-1", "eu-west-2"))
    with_problems: list[str] = []
    try:
        read_environments("environments")
    except ConfigurationError as error:
        with_problems = [str(one) for one in error.problems]
    assert not [one for one in with_problems if "transaction_search" in one]
