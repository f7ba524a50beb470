"""What the lines of a collector's log mean, and the filter patterns that count them. Pure text.

Sources: the X-Ray daemon's lines were seen on versions 3.5.0 and 3.6.6, ADOT's on 0.49.0. Flag and
configuration errors are in the daemon's ``pkg/cfg/cfg.go`` and the OpenTelemetry collector's
``service`` package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Trouble(Enum):
    """What becomes of traces; each is one CloudWatch metric."""

    CANNOT_SEND = "CollectorCannotSend"
    LOSES_SEGMENTS = "CollectorLosesSegments"
    CANNOT_SAMPLE = "CollectorCannotSample"


COUNTED_TERMS: Mapping[Trouble, Sequence[str]] = {
    Trouble.CANNOT_SEND: (
        "Sending segment batch failed",
        "Exporting failed",
        "Unable to retrieve credentials",
        "could not retrieve credential provider",
        "Cannot fetch region variable",
        # The daemon ends with this line. A TCP port that is taken costs it only the rules.
        "listen udp",
        "cannot start pipelines",
        "failed to build pipelines",
        "failed to get config",
        "Error occur when using config flag",
        "X-Ray Documentation for more information",
        "flag provided but not defined",
        "Not enough Buffers Memory Allocated",
    ),
    Trouble.LOSES_SEGMENTS: (
        "Unprocessed trace",
        "Unprocessed segment",
        "Unprocessed segments",
        "Spilling over",
        "Segment dropped",
        "Segment buffer is full",
        "Invalid header",
        "Missing header",
        "Failed to split segment header and body",
        "X-Ray segment to OT traces conversion failed",
    ),
    Trouble.CANNOT_SAMPLE: (
        "http: proxy error",
        "proxy http server failed to listen",
        # 3.5.0 says the same of a server that was closed, which is no trouble.
        "unable to start the server: listen",
    ),
}
"""The texts that make a line count. Whole words in the line's own case, so that a CloudWatch filter
finds the same lines, and of one trouble only, so that no line counts twice."""


@dataclass(frozen=True, kw_only=True)
class LineMeaning:
    """One cause of lines that count.

    :param meaning_id: stable, for machines.
    :param terms: a counted line with any of them has this cause.
    """

    meaning_id: str
    terms: Sequence[str]
    meaning: str
    fix: str


SAMPLING_PROXY = LineMeaning(
    meaning_id="sampling-proxy",
    terms=COUNTED_TERMS[Trouble.CANNOT_SAMPLE],
    meaning="SDKs do not get their sampling rules through the collector",
    fix="Check that nothing else in the task listens on TCP 2000, that the task role allows "
    "xray:GetSamplingRules and xray:GetSamplingTargets, and that the task reaches X-Ray on port "
    "443.",
)

# The first that fits is the cause; those that fit any line come last.
LINE_MEANINGS: Sequence[LineMeaning] = (
    SAMPLING_PROXY,
    LineMeaning(
        meaning_id="region-missing",
        terms=("Cannot fetch region variable",),
        meaning="the collector found no region and ended",
        fix="Set AWS_REGION on the collector's container.",
    ),
    LineMeaning(
        meaning_id="port-taken",
        terms=("listen udp", "address already in use"),
        meaning="another process has the collector's port, so the collector ended",
        fix="Run one collector per network namespace: remove the second collector, or the second "
        "task in host mode on the instance, or change the port of the other program.",
    ),
    LineMeaning(
        meaning_id="collector-configuration",
        terms=(
            "Error occur when using config flag",
            "X-Ray Documentation for more information",
            "flag provided but not defined",
            "Not enough Buffers Memory Allocated",
            "failed to get config",
            "failed to build pipelines",
            "cannot start pipelines",
        ),
        meaning="the collector does not accept its flags or its configuration, and ended",
        fix="Correct the command or the configuration of the collector's container. The daemon "
        "needs `Version: 2` in its file, and at least 3 MB for --buffer-memory.",
    ),
    LineMeaning(
        meaning_id="otlp-refused",
        terms=("Trace Segment Destination", "HTTP Status Code 400", "HTTP Status Code 413"),
        meaning="X-Ray's OTLP endpoint refuses the spans, and they are lost",
        fix="Turn on Transaction Search in this account and region, as the endpoint takes spans "
        "only then: `XRayTransactionSearch` does. If it is on, see that spans are not older than "
        "14 days and no larger than 200 KB.",
    ),
    LineMeaning(
        meaning_id="otlp-unavailable",
        terms=tuple(f"HTTP Status Code {status}" for status in (500, 502, 503, 504)),
        meaning="X-Ray's OTLP endpoint does not work right now",
        fix="Wait. The collector sends again after 502, 503 and 504, and loses what was answered "
        "with 500.",
    ),
    LineMeaning(
        meaning_id="no-credentials-at-start",
        terms=("could not retrieve credential provider",),
        meaning="the collector signs spans, found no credentials at its start, and ended",
        fix="Give the task definition a task role. Segments of X-Ray SDKs are lost too while it is "
        "down; keep it non-essential, and start the task again.",
    ),
    LineMeaning(
        meaning_id="access-denied",
        terms=("AccessDenied", "HTTP Status Code 403"),
        meaning="X-Ray refuses the collector's task role",
        fix="Give the task role, not the execution role, the five write actions of X-Ray on *, and "
        "xray:PutSpans and xray:PutSpansForIndexing for a collector that sends spans.",
    ),
    LineMeaning(
        meaning_id="expired-token",
        terms=(
            "ExpiredToken",
            "RequestExpired",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
        ),
        meaning="the collector's credentials or its signatures are out of date",
        fix="Check the clock of the instance, and remove fixed AWS_ACCESS_KEY_ID and "
        "AWS_SESSION_TOKEN variables, so that the task role is used. Then restart the task.",
    ),
    LineMeaning(
        meaning_id="credentials",
        terms=(
            "UnrecognizedClient",
            "InvalidClientTokenId",
            "Unable to retrieve credentials",
            "NoCredentialProviders",
            "get credentials",
        ),
        meaning="the collector has no valid credentials",
        fix="Give the task definition a task role, and check that the ECS agent is up to date.",
    ),
    LineMeaning(
        meaning_id="throttled",
        terms=(
            *("ThrottledException", "ThrottlingException", "Rate exceeded", "StatusCode: 429"),
            "HTTP Status Code 429",
        ),
        meaning="X-Ray accepts no more segments per second from this account",
        fix="Lower the sampling rates, or ask for a higher quota of segments per second. ADOT "
        "drops throttled segments at once, and tries throttled spans again for five minutes.",
    ),
    LineMeaning(
        meaning_id="xray-refused",
        terms=("StatusCode: 400",),
        meaning="X-Ray refuses a whole batch of segments as no valid request, and it is lost",
        fix="Let only X-Ray SDKs send to the collector's UDP port, and update the collector. "
        "--log-level debug of the X-Ray daemon prints what was refused.",
    ),
    LineMeaning(
        meaning_id="xray-unavailable",
        terms=tuple(f"StatusCode: {status}" for status in (500, 502, 503, 504)),
        meaning="X-Ray does not work right now",
        fix="Wait. ADOT tries a batch twice and loses it then.",
    ),
    LineMeaning(
        meaning_id="certificate",
        terms=("x509",),
        meaning="the collector does not trust the certificate on its way to X-Ray",
        fix="Let X-Ray's endpoint pass the proxy that opens TLS.",
    ),
    LineMeaning(
        meaning_id="unreachable",
        terms=(
            "context deadline exceeded",
            "Client.Timeout exceeded",
            "connection refused",
            "connection reset by peer",
            "network is unreachable",
            "no route to host",
            "no such host",
            "TLS handshake timeout",
            "i/o timeout",
        ),
        meaning="the collector does not reach X-Ray",
        fix="Open the way to port 443 of X-Ray: NAT, a VPC endpoint com.amazonaws.REGION.xray "
        "with its security group, or the proxy.",
    ),
    LineMeaning(
        meaning_id="rejected-segments",
        terms=("Unprocessed trace", "Unprocessed segment", "Unprocessed segments"),
        meaning="X-Ray accepted a batch but not every segment in it, and the line holds no reason",
        fix="Check in the app that segments stay below 64 KB, that the task's clock is right, and "
        "that trace ids are the SDK's own. --log-level debug prints what was rejected.",
    ),
    LineMeaning(
        meaning_id="dropped-segments",
        terms=("Spilling over", "Segment dropped", "Segment buffer is full"),
        meaning="segments come faster than the collector sends them",
        fix="Give the collector more cpu, or lower the sampling rates. An X-Ray that answers "
        "slowly has the same effect.",
    ),
    LineMeaning(
        meaning_id="malformed-segments",
        terms=(
            "Invalid header",
            "Missing header",
            "Failed to split segment header and body",
            "X-Ray segment to OT traces conversion failed",
        ),
        meaning="something that is not a segment of an X-Ray SDK reached the collector's UDP port",
        fix="If something other than an X-Ray SDK sends to UDP 2000, find it and change its port. "
        "If only SDKs do, update them.",
    ),
    LineMeaning(
        meaning_id="rejected-by-exporter",
        terms=("Rejecting data", "Dropping data"),
        meaning="the collector dropped traces that it could not export, without a retry",
        fix="Check the task role, then the way to port 443 of X-Ray, then the quota of segments "
        "per second.",
    ),
    LineMeaning(
        meaning_id="cannot-send",
        terms=("Sending segment batch failed", "Exporting failed"),
        meaning="a batch of segments was not sent",
        fix="Check the task role, then the way to port 443 of X-Ray, then the quota of segments "
        "per second.",
    ),
)


def trouble_of(line: str) -> Trouble | None:
    """Return the metric that counts a line; None for a normal line."""
    return next(
        (
            trouble
            for trouble, terms in COUNTED_TERMS.items()
            if any(term in line for term in terms)
        ),
        None,
    )


def meaning_of(line: str) -> LineMeaning | None:
    """Return the cause of a line that counts; None for a normal line.

    A line of the sampling proxy keeps that meaning whatever its cause, as its effect differs.
    """
    if trouble_of(line) is None:
        return None
    return next(meaning for meaning in LINE_MEANINGS if any(term in line for term in meaning.terms))


def filter_pattern(trouble: Trouble) -> str:
    """Return the CloudWatch Logs filter pattern that counts a trouble's lines.

    Terms with ``?`` match where any of them does. CloudWatch ignores them once the pattern holds
    any term without ``?``, so it holds none.
    """
    return " ".join(f'?"{term}"' for term in COUNTED_TERMS[trouble])
