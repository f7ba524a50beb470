"""Runs checks so that none of them can crash, or pass for want of a permission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.verify.checks import CHECKS
from cdk_ecs_xray.verify.connection import is_refused, useless_credentials
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.outcome import Check, Finding, Outcome, Status, not_checked


def run_checks(deployment: Deployment, checks: Sequence[Check] = CHECKS) -> Sequence[Finding]:
    """Return what every check found, in order."""
    return [
        Finding(check=check, outcome=outcome)
        for check in checks
        for outcome in _outcomes(deployment, check)
    ]


def worst(findings: Sequence[Finding]) -> Status:
    """Return the result of all: failed, not checked where nothing failed, ok where all is."""
    seen = {finding.outcome.status for finding in findings}
    if Status.FAILED in seen:
        return Status.FAILED
    # Having looked at nothing is no success either.
    return Status.OK if seen == {Status.OK} else Status.NOT_CHECKED


def _outcomes(deployment: Deployment, check: Check) -> Iterator[Outcome]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield from check.look(deployment)
    except (BotoCoreError, ClientError) as error:
        yield _without_answer(check, error)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # A template or an answer of a shape that nobody foresaw must neither crash nor pass.
        yield not_checked(
            check.check_id.replace("-", " "),
            f"the template or an answer of AWS is not understood: {error!r}",
            cure="look by hand, and report the resource that this check did not expect",
        )


def _without_answer(check: Check, error: Exception) -> Outcome:
    subject = check.check_id.replace("-", " ")
    operation = getattr(error, "operation_name", "")
    text = " ".join(str(error).split())
    if is_refused(error):
        action = next((one for one in check.needs if one.endswith(f":{operation}")), operation)
        return not_checked(
            subject,
            f"these credentials may not {action}",
            cure=f"allow {action}; the whole check needs {', '.join(check.needs)}",
        )
    if useless_credentials(error):
        return not_checked(subject, f"AWS no longer accepts the credentials: {text}", cure="log in")
    return not_checked(subject, f"AWS did not answer: {text}", cure="try again")
