"""cdk-nag's AwsSolutions: every finding is acknowledged, with a reason, and needs to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.environments.environment import Environment
from stacks.acknowledged import (
    NEW_CLUSTER_FINDINGS,
    SERVICE_FINDINGS,
    check_with_nag,
)
from stacks.stage import EnvironmentStage

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
