"""cdk-nag's AwsSolutions: every finding is acknowledged, with a reason, and needs to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.acknowledged import NEW_CLUSTER_FINDINGS, SERVICE_FINDINGS
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from stacks.nag import check_with_nag, findings_left

if TYPE_CHECKING:
    from tests.conftest import Synthesised

ACKNOWLEDGED = [
    *((SERVICE_FINDINGS, rule) for rule in SERVICE_FINDINGS),
    *((NEW_CLUSTER_FINDINGS, rule) for rule in NEW_CLUSTER_FINDINGS),
]


@pytest.fixture
def check(
    assemble: Callable[..., Mapping[str, Synthesised]],
    shipped_context: Mapping[str, object],
    shipped_and_variants: Sequence[Environment],
) -> Callable[[], None]:
    """Run what `cdk synth -c nag=true` runs."""

    def run() -> None:
        def build(app: cdk.App) -> None:
            for environment in shipped_and_variants:
                EnvironmentStage(app, environment=environment)
            check_with_nag(app)

        assemble(build, context=shipped_context)

    return run


def test_no_finding_is_left(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize(("findings", "rule"), ACKNOWLEDGED, ids=[rule for _, rule in ACKNOWLEDGED])
def test_every_acknowledgement_has_a_reason_and_is_needed(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    check: Callable[[], None],
    findings: dict[str, str],
    rule: str,
) -> None:
    assert len(findings[rule].split()) >= 5
    monkeypatch.delitem(findings, rule)

    with pytest.raises(RuntimeError, match=r"^ValidationFailed") as raised:
        check()

    assert f"AwsSolutions-{rule}'" in str(raised.value) + capfd.readouterr().err


@pytest.mark.parametrize(
    ("conclusion", "left"),
    [("failure", ["dev/ledger/Task: AwsSolutions-ECS2: It has variables."]), ("success", [])],
)
def test_what_cdk_leaves_to_its_command_line_is_read_from_the_report(
    tmp_path: Path, conclusion: str, left: Sequence[str]
) -> None:
    violation = {
        "ruleName": "AwsSolutions-ECS2",
        "description": "It has variables.",
        "violatingConstructs": [{"constructPath": "dev/ledger/Task"}],
    }
    plugin = {"pluginName": "AwsSolutions", "conclusion": conclusion, "violations": [violation]}
    report = {"version": "55.0.0", "title": "Validation Report", "pluginReports": [plugin]}
    (tmp_path / "validation-report.json").write_text(json.dumps(report))

    assert list(findings_left(tmp_path)) == left


def test_an_assembly_without_a_report_has_no_finding(tmp_path: Path) -> None:
    assert list(findings_left(tmp_path)) == []
