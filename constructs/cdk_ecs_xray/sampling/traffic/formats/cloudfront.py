"""CloudFront's logs, and others of the W3C's extended format.

Sources: "Standard logging reference" and "Use real-time access logs" in the CloudFront guide, "W3C
Extended Log File Format". Standard logs declare their fields; real-time ones come in the order of
the guide and declare nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdk_ecs_xray.sampling.traffic.formats.fields import (
    Fields,
    Place,
    fields_of,
    text_of,
    time_of,
)
from cdk_ecs_xray.sampling.traffic.formats.model import (
    CUT_URL_PATH,
    JOINED,
    LogFormat,
    joined,
    quoted,
)

HEADER = "#Fields:"
# The fields of standard logs in their order. Version 2 as plain text writes them without a header.
STANDARD_HEADER = (
    f"{HEADER} date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status"
    " cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id"
    " x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher"
    " x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port"
    " time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start"
    " sc-range-end"
)
# Time, place, client, method and status stand where standard logs have them, to the last column.
PLAIN_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}[^\t]*\t\d+\t[0-9A-Fa-f.:]+\t[A-Z]+\t[^\t]*"
    r"\t/[^\t]*\t\d{1,3}\t(?:[^\t]*\t){4}[A-Z][A-Za-z]+(?:\t[^\t]*){19}$"
)
# Begins like a real-time log; which of its fields stand where, nothing says.
SELECTED_LINE = re.compile(r"^\d{10}(?:\.\d+)?\t[^\t]+\t")
# All fields up to x-edge-result-type, in the order in which they are delivered.
_REAL_TIME_COLUMNS = (
    *("timestamp", "c_ip", "first_byte", "status", "bytes", "method", "protocol", "cs_host"),
    *("path", "cs_bytes", "location", "id", "x_host_header", "taken", "version", "ip_version"),
    *("agent", "referer", "cookie", "query", "response_result", "forwarded", "ssl", "cipher"),
    "result",
)
REAL_TIME_LINE = re.compile(
    r"^\d{10}(?:\.\d+)?\t[0-9A-Fa-f.:]+\t[\d.]+\t\d{3}\t\d+\t[A-Z]+\t(?:[^\t]*\t){18}[A-Z][A-Za-z]+(?:\t|$)"
)
# x-edge-result-type of what no origin was asked for. RefreshHit asks it whether the object is
# still the same, and Error may be the origin's own answer: both count.
_AT_THE_EDGE = (
    *("Hit", "OriginShieldHit", "Redirect", "LimitExceeded", "CapacityExceeded"),
    *("FunctionGeneratedResponse", "FunctionExecutionError", "FunctionThrottledError"),
)


def unserved(result: str) -> str:
    """Return why a request did not reach the origin, as an expression.

    :param result: of ``x-edge-result-type``.
    """
    names = ", ".join(quoted(name) for name in _AT_THE_EDGE)
    return f"CASE WHEN {result} IN ({names}) THEN 'answered by CloudFront at the edge' END"


def declared_fields(header: str) -> Sequence[str]:
    """Return the names in a line ``#Fields:``."""
    return header.removeprefix(HEADER).split()


def fields_declared(header: str) -> Fields:
    """Return where the parts of a request stand, by the line ``#Fields:``."""
    sample = {"date": "2026-01-01", "time": "00:00:00", "timestamp": "1767225600"}
    record: dict[Place, object] = {
        (name,): sample.get(name, "/" if "uri" in name else "GET")
        for name in declared_fields(header)
    }
    return fields_of([record], {})


def declared(header: str, *, delimiter: str) -> LogFormat:
    """Return how to read a log that declares its fields."""
    columns = declared_fields(header)
    fields = fields_declared(header)

    def value(place: Place) -> str:
        return f"nullif(c{columns.index(place[0])}, '-')"

    first = "coalesce(c0, '')"
    # Another order of fields from there on would be misread, the same one means nothing.
    other = f"starts_with({first}, '{HEADER}') AND"
    if delimiter == "\t":
        other += f" NOT starts_with(rtrim({first}), {quoted(header.rstrip())})"
    else:
        # The name of the line takes a column, so its last field is beyond those that are read.
        whole = f"concat_ws({quoted(delimiter)}, {_all(columns)})"
        other += f" NOT starts_with({quoted(header)}, rtrim({whole}))"
    return LogFormat(
        name="cloudfront",
        delimiter=delimiter,
        columns=tuple(f"c{position}" for position in range(len(columns))),
        entry=f"NOT starts_with({first}, '#') OR ({other})",
        time=time_of(fields, value),
        text=f"CASE WHEN {other} THEN chr(29) ELSE {text_of(fields, value)} END",
        left_out="NULL" if fields.result is None else unserved(value(fields.result)),
        key=JOINED,
    )


def _all(columns: Sequence[str]) -> str:
    return ", ".join(f"c{position}" for position in range(len(columns)))


REAL_TIME = LogFormat(
    name="cloudfront-realtime",
    delimiter="\t",
    columns=_REAL_TIME_COLUMNS,
    time="try_cast(timestamp AS DOUBLE)",
    text=joined(
        "coalesce(nullif(x_host_header, '-'), nullif(cs_host, '-'))",
        "nullif(method, '-')",
        f"regexp_extract(path, '^(?:[a-z]+://[^/?#]*)?(/{CUT_URL_PATH})', 1)",
    ),
    left_out=unserved("result"),
    key=JOINED,
)
