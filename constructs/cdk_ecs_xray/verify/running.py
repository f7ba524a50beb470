"""Runs checks so that none of them can crash, or pass for want of a permission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.verify.check import Answer, Check, CheckResult, CheckStatus, not_checked
from cdk_ecs_xray.verify.checks import CHECKS
from cdk_ecs_xray.verify.connection import is_refused, useless_credentials
from cdk_ecs_xray.verify.deployment import Deployment


def run_checks(deployment: Deployment, checks: Sequence[Check] = CHECKS) -> Sequence[CheckResult]:
    """Return what every check found, in order."""
    return [
        CheckResult(check=check, answer=answer)
        for check in checks
        for answer in _answers(deployment, check)
    ]


def worst(results: Sequence[CheckResult]) -> CheckStatus:
    """Return the result of all: failed, not checked where nothing failed, ok where all is."""
    seen = {result.answer.status for result in results}
    if CheckStatus.FAILED in seen:
        return CheckStatus.FAILED
    # Having looked at nothing is no success either.
    return CheckStatus.OK if seen == {CheckStatus.OK} else CheckStatus.NOT_CHECKED


def _answers(deployment: Deployment, check: Check) -> Iterator[Answer]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield from check.look(deployment)
    except (BotoCoreError, ClientError) as error:
        yield _without_answer(check, error)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # A template or an answer that nobody foresaw must neither crash nor pass.
        yield not_checked(
            check.check_id.replace("-", " "),
            f"this check could not read the template or an answer of AWS ({error!r})",
            fix="Check the resource in the console, and report this line.",
        )


def _without_answer(check: Check, error: Exception) -> Answer:
    subject = check.check_id.replace("-", " ")
    operation = getattr(error, "operation_name", "")
    text = " ".join(str(error).split())
    if is_refused(error):
        action = next((need for need in check.needs if need.endswith(f":{operation}")), operation)
        return not_checked(
            subject,
            f"these credentials may not {action}",
            fix=f"Allow {action}. The whole check needs {', '.join(check.needs)}.",
        )
    if useless_credentials(error):
        return not_checked(subject, f"AWS no longer accepts the credentials: {text}", fix="Log in.")
    return not_checked(subject, f"AWS did not answer: {text}", fix="Try again.")
