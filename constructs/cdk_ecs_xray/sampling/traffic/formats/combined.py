"""The combined format of nginx and Apache, and what is written like it.

Sources: ``log_format combined`` of nginx, ``LogFormat "%v:%p %h …" vhost_combined`` of Apache, the
CLF example for API Gateway's REST APIs, ``accesslog.format: common`` of Traefik. A virtual host
may stand in front, with or without a port. Time is in any of the forms that people configure, with
milliseconds or ISO 8601; without a zone it is UTC.
"""

from __future__ import annotations

import re

from cdk_ecs_xray.sampling.traffic.formats.model import (
    CUT_PATH,
    CUT_REQUEST,
    Key,
    LogFormat,
    extracted,
    without_port,
)

_ADDRESS = r"(?:\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f.]*:[0-9A-Fa-f.:]+)"
_HEAD = (
    rf"^(?:(?P<host>[^ :\",]+)(?::\d+)? {_ADDRESS} [^ ]+ |(?P<named>[^ :\",]+):\d+ [^ ]+ [^ ]+ "
    r"|[^ \"]+ [^ \"]+ )[^\[\"]*\[(?P<time>[^\]\"]+)\] "
)
LINE = re.compile(_HEAD + r'"[^"]+" \d')
_REQUEST = re.compile(
    r"^(?P<host>[^\x1f]*)\x1f(?P<method>[A-Z]+) (?:[a-z]+://[^/ ?]*)?"
    rf"(?P<path>{CUT_PATH}|\*)(?: |$)"
)
_TIMES = (
    "%d/%b/%Y:%H:%M:%S %z",
    "%d/%b/%Y:%H:%M:%S.%f %z",
    "%d/%b/%Y:%H:%M:%S.%f",
    "%d/%b/%Y:%H:%M:%S",
)


def clock(text: str) -> str:
    """Return an expression for the seconds since 1970 of a time that a server writes."""
    forms = ", ".join(f"'{form}'" for form in _TIMES)
    return (
        f"coalesce(epoch(try_strptime({text}, [{forms}])), epoch(try_cast({text} AS TIMESTAMPTZ)))"
    )


FORMAT = LogFormat(
    name="combined",
    delimiter='"',
    columns=("head", "request"),
    found=extracted("head", re.compile(_HEAD + "$")),
    time=clock("found.time"),
    text=f"found.host || found.named || chr(31) || {CUT_REQUEST}",
    key=Key(
        name="combined",
        parsed=extracted("key", _REQUEST),
        # What nginx writes for a request to no server of its configuration, and for no host.
        host=without_port("nullif(nullif(nullif(parsed.host, ''), '-'), '_')"),
        method="nullif(parsed.method, '')",
        path="parsed.path",
    ),
)
