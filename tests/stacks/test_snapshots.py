"""The shipped environments' templates as a reviewer last saw them.

`python -m pytest tests/stacks/test_snapshots.py --update-snapshots` rewrites them; the diff is for
the reviewer. Of a service's stack only what tracing is about: the cluster's VPC is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.environments.environment import Environment

if TYPE_CHECKING:
    from tests.conftest import Synthesised

SHIPPED = ("dev", "staging", "prod")
REVIEWED = (
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::IAM::",
    "AWS::Logs::",
    "AWS::XRay::",
)
LONGEST = 400
WIDEST = 80
FOLDER = Path(__file__).parent / "snapshots"


def reviewed(stacks: Mapping[str, Synthesised]) -> dict[str, Any]:
    return {
        name: {
            "Resources": {
                logical_id: {k: v for k, v in resource.items() if k != "Metadata"}
                for logical_id, resource in stack.template["Resources"].items()
                if resource["Type"].startswith(REVIEWED)
            },
            "Outputs": stack.template.get("Outputs", {}),
        }
        for name, stack in sorted(stacks.items())
    }


def written(content: object) -> str:
    """Return the JSON as a reviewer reads it: what is short on one line, and no asset's hash."""
    text = json.dumps(content, indent=1)
    for _ in range(2):
        text = re.sub(r"[\[{]\n[^\[\]{}]*\n *[\]}]", _on_one_line, text)
    return re.sub(r"\b[0-9a-f]{64}\b", "ASSET", text) + "\n"


def _on_one_line(innermost: re.Match[str]) -> str:
    short = re.sub(r"\n *", " ", innermost[0])
    return short if len(short) <= WIDEST else innermost[0]


@pytest.fixture(scope="module")
def documents(
    stages: Callable[..., Mapping[str, Synthesised]],
    shipped_environments: Mapping[str, Environment],
) -> Mapping[str, str]:
    """What each environment's snapshot should hold."""
    return {
        name: written(reviewed(stages(environment)))
        for name, environment in shipped_environments.items()
    }


def test_every_shipped_environment_has_a_snapshot(
    shipped_environments: Mapping[str, Environment],
) -> None:
    assert set(shipped_environments) == set(SHIPPED)
    assert {path.stem for path in FOLDER.glob("*")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_template_is_the_reviewed_one(
    request: pytest.FixtureRequest, documents: Mapping[str, str], name: str
) -> None:
    path = FOLDER / f"{name}.json"
    if request.config.getoption("--update-snapshots"):
        path.write_text(documents[name])

    assert documents[name] == path.read_text()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_snapshot_is_short_enough_to_be_read(name: str) -> None:
    assert len((FOLDER / f"{name}.json").read_text().splitlines()) < LONGEST
