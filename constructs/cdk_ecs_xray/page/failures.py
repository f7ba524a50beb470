"""What kept AWS from answering, as the page shows it in place of what it asked for."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdk_ecs_xray.errors import EcsXRayError, LocalAwsError
from cdk_ecs_xray.local.xray import XRayRefusalError
from cdk_ecs_xray.verify.connection import (
    error_code,
    is_refused,
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

    :param policy: a statement that would allow it; empty where that is not the matter.
    """

    title: str
    text: str
    fix: str
    policy: str = ""
    is_expression: bool = False


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
            fix="This statement allows it:",
            policy=policy,
        )
    if code in _THROTTLED:
        return Failure(
            title="AWS asks to slow down",
            text=text,
            fix="Wait some seconds, then load the page again, or choose a shorter range.",
        )
    if code in _NOT_READ:
        return Failure(
            title="X-Ray does not take this search",
            text=text,
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
            title=f"{problem.where}: {problem.what}", text=problem.got or text, fix=problem.fix
        )
