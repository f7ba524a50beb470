"""The whole of ``ecs-xray verify``, from the assembly to the exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cdk_ecs_xray.templates.stages import stacks_of
from cdk_ecs_xray.verify.check import CheckStatus
from cdk_ecs_xray.verify.checks import CHECKS
from cdk_ecs_xray.verify.checks.drift import DRIFT
from cdk_ecs_xray.verify.connection import account_of, open_session
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.map_drawing import mermaid, svg
from cdk_ecs_xray.verify.report import Verification
from cdk_ecs_xray.verify.running import run_checks
from cdk_ecs_xray.verify.sent_trace import SENT_TRACE
from cdk_ecs_xray.verify.service_map import ServiceMap
from cdk_ecs_xray.verify.watching import wait_for_traces as watch

DRAWINGS: Mapping[str, Callable[[ServiceMap], str]] = {"mermaid": mermaid, "svg": svg}

__all__ = ["DRAWINGS", "exit_code", "open_deployment", "verify", "watch"]


def open_deployment(
    assembly: Path,
    *,
    environment: str | None,
    profile: str | None = None,
    region: str | None = None,
    minutes: int = 10,
) -> Deployment:
    """Read what was synthesized and open AWS.

    :raises ConfigurationError: for an assembly that cannot be used, and when AWS cannot be asked.
    """
    stacks = stacks_of(assembly, environment=environment)
    session = open_session(profile=profile, region=region)
    return Deployment(
        stacks=stacks, session=session, account=account_of(session, stacks), minutes=minutes
    )


def verify(
    deployment: Deployment,
    *,
    environment: str | None = None,
    drift: bool = True,
    send_test_trace: bool = False,
) -> Verification:
    """Run every check.

    :param drift: False leaves out drift detection, which can take minutes on large stacks.
    :param send_test_trace: also write one segment, and find it again.
    """
    checks = [check for check in CHECKS if drift or check is not DRIFT]
    if send_test_trace:
        checks.append(SENT_TRACE)
    results = run_checks(deployment, checks)
    return Verification(
        environment=environment,
        account=deployment.account,
        results=results,
        traces=deployment.traces_read(),
    )


def exit_code(verification: Verification, *, allow_unchecked: bool = False) -> int:
    """Return 0 when all is well, otherwise 1."""
    if verification.result is CheckStatus.OK:
        return 0
    return 0 if allow_unchecked and verification.result is CheckStatus.NOT_CHECKED else 1
