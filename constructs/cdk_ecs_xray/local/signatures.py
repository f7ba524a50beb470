"""Who signed a request: AWS Signature Version 4, in the header or in the query.

The arithmetic is ministack's, which knows the forms of S3; what has to be signed, how old a
signature may be, and whose secret counts is decided here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from ministack.core import sigv4
from ministack.core.iam_evaluator import CredentialResolutionError, resolve_credential
from ministack.core.responses import _account_from_sts_session

ALGORITHM = "AWS4-HMAC-SHA256"
# What most services of AWS allow; S3 and a few others allow 15 minutes.
CLOCK_SKEW = timedelta(minutes=5)
# The longest life of a presigned URL on AWS.
LONGEST_PRESIGNED = 7 * 24 * 3600
_TIME_FORMAT = "%Y%m%dT%H%M%SZ"
# The forms of x-amz-content-sha256 that name no hash. S3 alone takes them.
_NO_HASH = frozenset(
    {
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    }
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came over the wire, without its body."""

    method: str
    raw_path: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a request is not served: AWS's code, a sentence, and the service that was asked."""

    code: str
    message: str
    service: str = ""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A complete signature whose scope and time are right; who made it is still to be checked."""

    signature: sigv4.HeaderSignature
    presigned: bool
    secret: str
    payload_hash: str

    @property
    def needs_body(self) -> bool:
        """Whether the signature can be checked only with the body at hand."""
        return self.payload_hash == "" or self.payload_hash.startswith("STREAMING-AWS4-")


def read_signature(request: Request, *, now: datetime | None = None) -> Signed | Refusal:
    """The signature of a request, with the secret that its key has; no body needed yet."""
    query = parse_qs(request.query, keep_blank_values=True)
    presigned = "authorization" not in request.headers
    found = _parse(query if presigned else None, request.headers)
    if isinstance(found, Refusal):
        return found
    problem = _scope_problem(found, request.headers) or _time_problem(
        found, query if presigned else None, now or datetime.now(UTC)
    )
    if problem is not None:
        return problem
    payload_hash = request.headers.get("x-amz-content-sha256", "")
    if presigned and found.service == "s3":
        payload_hash = "UNSIGNED-PAYLOAD"
    if payload_hash in _NO_HASH and found.service != "s3":
        return _mismatch(found, "Only S3 takes a body that is not signed.")
    secret = _secret_of(found, _session_token(query if presigned else None, request.headers))
    if isinstance(secret, Refusal):
        return secret
    return Signed(signature=found, presigned=presigned, secret=secret, payload_hash=payload_hash)


def check_signature(signed: Signed, request: Request, body: bytes) -> Refusal | None:
    """Compare the signature with the one that the secret makes of this request."""
    query: Mapping[str, Any] = parse_qs(request.query, keep_blank_values=True)
    failure = sigv4.header_signature_failure(
        signed.signature,
        signed.secret,
        request.method,
        request.raw_path,
        query,
        request.headers,
        body,
        presigned=signed.presigned,
    )
    if failure is None:
        return None
    return Refusal(code=failure[0], message=failure[1], service=signed.signature.service)


def check_body(signed: Signed, body: bytes) -> Refusal | None:
    """Compare the body with the hash that was signed."""
    if signed.payload_hash in ("", *_NO_HASH):
        return None
    if hmac.compare_digest(hashlib.sha256(body).hexdigest(), signed.payload_hash.lower()):
        return None
    return _mismatch(signed.signature, "The body is not the one that was signed.")


def _parse(
    query: Mapping[str, Any] | None, headers: Mapping[str, str]
) -> sigv4.HeaderSignature | Refusal:
    """The parts of a signature in the query, or in the header when *query* is None."""
    if query is None:
        algorithm = headers["authorization"].partition(" ")[0]
        found = sigv4.parse_header_signature(headers)
    elif "X-Amz-Signature" in query:
        algorithm = query.get("X-Amz-Algorithm", [""])[0]
        found = sigv4.parse_query_signature(query)
    else:
        return Refusal(code="MissingAuthenticationToken", message="Sign the request.")
    if algorithm != ALGORITHM:
        return Refusal(code="UnsupportedSignature", message=f"Sign with {ALGORITHM}.")
    if isinstance(found, tuple):
        return Refusal(code=found[0], message=found[1])
    return found


def _scope_problem(found: sigv4.HeaderSignature, headers: Mapping[str, str]) -> Refusal | None:
    signed = set(found.signed_headers.lower().split(";"))
    # Another operation under the same signature would be another request.
    needed = {"host"} | ({"x-amz-target"} & headers.keys())
    if missing := sorted(needed - signed):
        return Refusal(
            code="IncompleteSignature",
            message=f"Sign the headers {', '.join(missing)} too.",
            service=found.service,
        )
    return None


def _time_problem(
    found: sigv4.HeaderSignature, query: Mapping[str, Any] | None, now: datetime
) -> Refusal | None:
    try:
        signed_at = datetime.strptime(found.amz_date, _TIME_FORMAT).replace(tzinfo=UTC)
        life = 0 if query is None else int(query["X-Amz-Expires"][0])
    except (ValueError, KeyError):
        return Refusal(
            code="IncompleteSignature",
            message="Give X-Amz-Date as 20260131T235959Z, and X-Amz-Expires in seconds.",
            service=found.service,
        )
    if not 0 <= life <= LONGEST_PRESIGNED:
        return Refusal(
            code="IncompleteSignature",
            message=f"X-Amz-Expires must be between 0 and {LONGEST_PRESIGNED}.",
            service=found.service,
        )
    latest = signed_at + (CLOCK_SKEW if query is None else timedelta(seconds=life))
    if signed_at - CLOCK_SKEW <= now <= latest:
        return None
    return Refusal(
        code="RequestTimeTooSkewed",
        message=f"Signed at {found.amz_date}; it is {now.strftime(_TIME_FORMAT)} now.",
        service=found.service,
    )


def _session_token(query: Mapping[str, Any] | None, headers: Mapping[str, str]) -> str:
    if query is None:
        return headers.get("x-amz-security-token", "")
    token: str = query.get("X-Amz-Security-Token", [""])[0]
    return token


def _secret_of(found: sigv4.HeaderSignature, token: str) -> str | Refusal:
    """The secret of an access key: the run's for an account, STS's own for a session."""
    key = found.access_key_id
    credential = resolve_credential(key, _account_from_sts_session(key) or key, token)
    if isinstance(credential, CredentialResolutionError):
        return Refusal(code=credential.code, message=credential.message, service=found.service)
    secret: str = credential.secret_access_key
    return secret


def _mismatch(found: sigv4.HeaderSignature, message: str) -> Refusal:
    return Refusal(code="SignatureDoesNotMatch", message=message, service=found.service)
