"""What kept AWS from answering, as the page shows it in place of what it asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdk_ecs_xray.errors import EcsXRayError, LocalAwsError
from cdk_ecs_xray.local.xray import XRayRefusalError
from cdk_ecs_xray.verify.connection import (
    error_code,
    is_refused,
    needs_login,
    readable_aws_errors,
)

# What a reading raises when it cannot answer.
NO_ANSWER = (BotoCoreError, ClientError, LocalAwsError, XRayRefusalError)
_THROTTLED = {
    "RequestLimitExceeded",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
}
_NOT_READ = {"InvalidRequestException"}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One answer that did not come.

    :param facts: by which AWS's support and an administrator find the call: its code and id.
    :param policy: a statement that would allow it; empty where that is not the matter.
    :param is_login: whether AWS no longer takes the credentials.
    """

    title: str
    text: str
    fix: str
    facts: Sequence[tuple[str, str]] = ()
    policy: str = ""
    is_expression: bool = False
    is_login: bool = False


def is_throttled(error: Exception) -> bool:
    """Whether AWS asks to slow down."""
    return isinstance(error, ClientError) and error_code(error) in _THROTTLED


def failure_of(error: Exception, action: str) -> Failure:
    """Return what an exception of boto3's means.

    :param action: the IAM action of the call, such as ``xray:GetTraceSummaries``.
    """
    text = " ".join(str(error).split())
    code = error.code if isinstance(error, XRayRefusalError) else error_code(error)
    if is_refused(error):
        policy = f'{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}'
        return Failure(
            title=f"{action} is not allowed",
            text=text,
            facts=_facts(error),
            fix="This statement allows it:",
            policy=policy,
        )
    if code in _THROTTLED:
        return Failure(
            title="AWS asks to slow down",
            text=text,
            facts=_facts(error),
            fix="Wait some seconds, then load the page again, or choose a shorter range.",
        )
    if code in _NOT_READ:
        return Failure(
            title="X-Ray does not take this search",
            text=text,
            facts=_facts(error),
            fix="Change the filter or the range.",
            is_expression=True,
        )
    return _not_read(error, text)


def _not_read(error: Exception, text: str) -> Failure:
    try:
        with readable_aws_errors():
            raise error
    except EcsXRayError as readable:
        problem = readable.problems[0]
        return Failure(
            title=f"{problem.what[0].upper()}{problem.what[1:]}",
            text=(problem.got or text).strip("'"),
            facts=_facts(error),
            fix=problem.fix,
            is_login=needs_login(error),
        )


def _facts(error: Exception) -> Sequence[tuple[str, str]]:
    response = getattr(error, "response", None)
    answered = response.get("ResponseMetadata") if isinstance(response, dict) else None
    number = answered.get("RequestId") if isinstance(answered, dict) else None
    found = (("Code", error_code(error)), ("Request id", str(number or "")))
    return [(name, text) for name, text in found if text]
