"""What the lines of a collector's log mean, and the filter patterns that count them. Pure text.

The X-Ray daemon's texts were seen on versions 3.5.0 and 3.6.6; "Exporting failed" is what the
OpenTelemetry collector inside ADOT and the CloudWatch agent says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Trouble(Enum):
    """What becomes of traces; each is one CloudWatch metric."""

    CANNOT_SEND = "CollectorCannotSend"
    LOSES_SEGMENTS = "CollectorLosesSegments"
    CANNOT_SAMPLE = "CollectorCannotSample"


@dataclass(frozen=True, kw_only=True)
class LineMeaning:
    """One kind of line.

    :param meaning_id: stable, for machines.
    :param terms: a line with any of them is of this kind; whole words, in the line's own case,
        so that a CloudWatch filter finds the same lines.
    :param counted_terms: those that a filter needs. Causes stand behind a general text that
        counts already, and counted twice, one line would raise the alarm of two troubles.
    :param trouble: the metric that counts it; None for lines that are harmless.
    """

    meaning_id: str
    terms: Sequence[str]
    counted_terms: Sequence[str]
    trouble: Trouble | None
    meaning: str
    fix: str


# In this order: the first that fits names the cause, and the general ones come last.
LINE_MEANINGS: Sequence[LineMeaning] = (
    LineMeaning(
        meaning_id="harmless",
        # The daemon asks for an instance id and carries on without one.
        terms=("Get instance id metadata failed",),
        counted_terms=(),
        trouble=None,
        meaning="the collector could not ask for an instance id, and does not need one",
        fix="Nothing to do; --local-mode silences it.",
    ),
    LineMeaning(
        meaning_id="region-missing",
        terms=("Cannot fetch region variable",),
        counted_terms=("Cannot fetch region variable",),
        trouble=Trouble.CANNOT_SEND,
        meaning="the collector found no region and ended",
        fix="Set AWS_REGION on the collector's container.",
    ),
    LineMeaning(
        meaning_id="access-denied",
        terms=("AccessDeniedException", "AccessDenied"),
        counted_terms=(),
        trouble=Trouble.CANNOT_SEND,
        meaning="X-Ray refuses the collector's task role",
        fix="Give the task role, not the execution role, the five write actions of X-Ray on *.",
    ),
    LineMeaning(
        meaning_id="credentials",
        terms=(
            "ExpiredToken",
            "ExpiredTokenException",
            "UnrecognizedClient",
            "UnrecognizedClientException",
            "Unable to retrieve credentials",
            "get credentials",
        ),
        counted_terms=("Unable to retrieve credentials",),
        trouble=Trouble.CANNOT_SEND,
        meaning="the collector has no valid credentials",
        fix="Give the task definition a task role, and see that the ECS agent is up to date.",
    ),
    LineMeaning(
        meaning_id="throttled",
        terms=("ThrottledException", "ThrottlingException", "Rate exceeded"),
        counted_terms=(),
        trouble=Trouble.CANNOT_SEND,
        meaning="X-Ray takes no more segments per second from this account",
        fix="Lower the sampling rates, or ask for a higher quota of segments per second.",
    ),
    LineMeaning(
        meaning_id="certificate",
        terms=("x509",),
        counted_terms=(),
        trouble=Trouble.CANNOT_SEND,
        meaning="the collector does not trust the certificate it was shown",
        fix="Look for a proxy that opens TLS on the way to X-Ray.",
    ),
    LineMeaning(
        meaning_id="unreachable",
        terms=(
            "context deadline exceeded",
            "connection refused",
            "no such host",
            "i/o timeout",
        ),
        counted_terms=(),
        trouble=Trouble.CANNOT_SEND,
        meaning="the collector does not reach X-Ray",
        fix="Open the way to port 443 of X-Ray: NAT, a VPC endpoint com.amazonaws.REGION.xray "
        "with its security group, or the proxy.",
    ),
    LineMeaning(
        meaning_id="rejected-segments",
        terms=("Unprocessed trace",),
        counted_terms=("Unprocessed trace",),
        trouble=Trouble.LOSES_SEGMENTS,
        meaning="X-Ray took a batch but not every segment in it",
        fix="Read the reason in the line. Often the segment is too large or its times are wrong.",
    ),
    LineMeaning(
        meaning_id="dropped-segments",
        terms=("Spilling over", "Segment dropped", "Segment buffer is full"),
        counted_terms=("Spilling over", "Segment dropped", "Segment buffer is full"),
        trouble=Trouble.LOSES_SEGMENTS,
        meaning="segments come faster than the collector sends them",
        fix="Give the collector more cpu, or lower the sampling rates. An X-Ray that answers "
        "slowly has the same effect.",
    ),
    LineMeaning(
        meaning_id="malformed-segments",
        terms=("Invalid header", "Missing header"),
        counted_terms=("Invalid header", "Missing header"),
        trouble=Trouble.LOSES_SEGMENTS,
        meaning="something that is not a segment arrives on the collector's UDP port",
        fix="Find who sends to port 2000 and is no X-Ray SDK.",
    ),
    LineMeaning(
        meaning_id="sampling-proxy",
        terms=("proxy http server failed to listen", "http: proxy error"),
        counted_terms=("proxy http server failed to listen", "http: proxy error"),
        trouble=Trouble.CANNOT_SAMPLE,
        meaning="SDKs do not get their sampling rules through the collector",
        fix="See that nothing else listens on TCP 2000, and that X-Ray can be reached.",
    ),
    LineMeaning(
        meaning_id="cannot-send",
        terms=("Sending segment batch failed", "Exporting failed"),
        counted_terms=("Sending segment batch failed", "Exporting failed"),
        trouble=Trouble.CANNOT_SEND,
        meaning="a batch of segments was not sent",
        fix="Read the reason in the line.",
    ),
)


def meaning_of(line: str) -> LineMeaning | None:
    """Return what a line means; None for a normal one.

    A line of the sampling proxy keeps that meaning whatever its cause, as its effect differs.
    """
    found = [kind for kind in LINE_MEANINGS if any(term in line for term in kind.terms)]
    proxy = [kind for kind in found if kind.trouble is Trouble.CANNOT_SAMPLE]
    return next(iter(proxy or found), None)


def filter_pattern(trouble: Trouble) -> str:
    """Return the CloudWatch Logs filter pattern that counts a trouble's lines.

    Terms with ``?`` match where any of them does. CloudWatch ignores them once any term without
    ``?`` stands beside them, so there is none.
    """
    return " ".join(
        f'?"{term}"'
        for kind in LINE_MEANINGS
        if kind.trouble is trouble
        for term in kind.counted_terms
    )
