"""Opens AWS with the user's own credentials, and says in one line why that fails."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import AwsAnswerError, ConfigurationError, EcsXRayError, Problem
from cdk_ecs_xray.templates.stack_source import StackSource

if TYPE_CHECKING:
    import boto3

_USELESS_CREDENTIALS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_REFUSALS = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedException",
    "UnauthorizedOperation",
}
_NO_CREDENTIALS = {
    "CredentialRetrievalError",
    "PartialCredentialsError",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
}
# What botocore makes of an answer without a code of AWS's: its HTTP status, or nothing.
_NO_AWS = {"", "301", "302", "303", "307", "308", "403", "404", "502", "503", "504", "Unknown"}
# What botocore and Python say of an AWS_ENDPOINT_URL that is none.
_NO_ADDRESS = ("Invalid endpoint", "Invalid IPv6 URL")
_NO_CONNECTION = {
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "ProxyConnectionError",
    "ReadTimeoutError",
    "SSLError",
}


def open_session(*, profile: str | None, region: str | None) -> boto3.Session:
    """Return a session of the usual environment.

    :param region: None takes ``AWS_REGION``, then what boto3 finds.
    :raises ConfigurationError: without boto3, or for a profile that is not there.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ConfigurationError(
            Problem(
                where="verify",
                what="the extra 'verify' is required",
                fix="Run pip install 'cdk-ecs-xray[verify]'.",
            )
        ) from error
    if region is None:
        # As AWS's command line and its other SDKs have it; boto3 reads AWS_DEFAULT_REGION alone.
        region = os.environ.get("AWS_REGION") or None
    with readable_aws_errors():
        session = boto3.Session(profile_name=profile, region_name=region)
        # The defaults keep a command without a network waiting for minutes.
        core: Any = session._session  # noqa: SLF001 - the only way to configure every client
        core.set_default_client_config(
            Config(
                connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 3}
            )
        )
    return session


def account_of(session: boto3.Session, stacks: Sequence[StackSource]) -> str:
    """Return the account of the credentials. Needs no permission.

    :raises ConfigurationError: when AWS cannot be asked, or a stack goes to another account.
    """
    region = session.region_name or next((stack.region for stack in stacks if stack.region), None)
    account, _ = caller_of(session, region=region)
    others = sorted({stack.account for stack in stacks if stack.account not in (None, account)})
    if others:
        raise ConfigurationError(
            Problem(
                where="credentials",
                what=f"must be of account {others[0]}, where the stacks go",
                got=account,
                fix="Choose others with --profile.",
            )
        )
    if session.region_name is None and any(stack.region is None for stack in stacks):
        raise ConfigurationError(
            Problem(
                where="verify",
                what="a region is required, as the stacks set none",
                fix="Pass --region or set AWS_REGION.",
            )
        )
    return account


def caller_of(session: boto3.Session, *, region: str | None) -> tuple[str, str]:
    """Return account and ARN of the credentials. Needs no permission.

    :raises ConfigurationError: when AWS cannot be asked.
    """
    with readable_aws_errors():
        answer = session.client("sts", region_name=region).get_caller_identity()
        return str(answer["Account"]), str(answer.get("Arn", ""))


def login_of(session: boto3.Session) -> str:
    """Return the command that logs in again at IAM Identity Center; empty for other credentials."""
    credentials: Any = session.get_credentials()
    if credentials is None or credentials.method != "sso":
        return ""
    return f"aws sso login --profile {shlex.quote(session.profile_name)}"


@contextmanager
def readable_aws_errors() -> Iterator[None]:
    """Turn what keeps AWS from being asked at all into one line."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except EcsXRayError:
        raise
    except BotoCoreError as error:
        # Before the next: some of botocore's own errors are also Python's ValueError.
        raise ConfigurationError(_problem(error)) from error
    except (
        ResponseParserError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # A sign-in page, or an answer that is cut or of other members: botocore's parsers end in
        # whatever Python raises there.
        if str(error).startswith(_NO_ADDRESS):
            raise ConfigurationError(_problem(error)) from error
        raise _no_answer(type(error).__name__) from error
    except ClientError as error:
        if error_code(error) in _NO_AWS:
            raise _no_answer(error_code(error) or "an error without a code") from error
        raise ConfigurationError(_problem(error)) from error


def _no_answer(got: str) -> AwsAnswerError:
    return AwsAnswerError(
        Problem(
            where="AWS",
            what="the answer must be AWS's",
            got=got,
            fix="Sign in to this network if it asks for that, and check HTTPS_PROXY and "
            "AWS_ENDPOINT_URL.",
        )
    )


def _problem(error: Exception) -> Problem:
    name, text = type(error).__name__, " ".join(str(error).split()).rstrip(".")
    if name == "NoCredentialsError":
        return Problem(where="AWS", what="credentials not found", fix="Log in, or pass --profile.")
    if name in _NO_CREDENTIALS:
        return Problem(
            where="credentials",
            what="AWS credentials must be complete and valid",
            got=f"'{text}'",
            fix="Log in, or pass --profile.",
        )
    if name in _NO_CONNECTION:
        return Problem(
            where="network",
            what="AWS must be reachable",
            got=f"'{text}'",
            fix="Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL.",
        )
    if error_code(error) in _USELESS_CREDENTIALS:
        return Problem(
            where="credentials",
            what="AWS must accept the credentials",
            got=f"'{text}'",
            fix="Log in again.",
        )
    return Problem(
        where="AWS",
        what="the account must be readable",
        got=f"'{text}'",
        fix="Check --profile and --region.",
    )


def error_code(error: Exception) -> str:
    """Return AWS's code of an error; empty for one that is not AWS's answer."""
    # One that botocore raises before an answer has the attribute, and nothing in it.
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def is_refused(error: Exception) -> bool:
    """Whether AWS refused a call for want of a permission."""
    return error_code(error) in _REFUSALS


def needs_login(error: Exception) -> bool:
    """Whether logging in again is what helps."""
    return type(error).__name__ in _NO_CREDENTIALS or useless_credentials(error)


def useless_credentials(error: Exception) -> bool:
    """Whether AWS does not accept the credentials, or no longer."""
    return error_code(error) in _USELESS_CREDENTIALS
