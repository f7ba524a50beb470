"""Envoy's text format, which ECS Service Connect writes too.

Sources: "Access logging" in Envoy's documentation, default format; "Amazon ECS Service Connect
access logs" in the ECS guide. Both begin with the time and the request; the quoted texts behind
are the client's address, user agent, request id, authority and upstream host.
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

LINE = re.compile(r'^\[\d{4}-\d\d-\d\dT[^\]]+\] "[A-Z]+ [^ "]+ [^"]+" \d')
_REQUEST = re.compile(rf"^(?P<host>[^\x1f]*)\x1f(?P<method>[A-Z]+) (?P<path>{CUT_PATH}|\*)(?: |$)")

FORMAT = LogFormat(
    name="envoy",
    delimiter='"',
    columns=(
        *("head", "request", "codes", "client", "s1", "agent", "s2", "id", "s3", "authority"),
        *("s4", "upstream"),
    ),
    time="epoch(try_cast(substr(head, 2, 19) || 'Z' AS TIMESTAMPTZ))",
    text=f"coalesce(nullif(authority, '-'), '') || chr(31) || {CUT_REQUEST}",
    left_out="CASE WHEN upstream = '-' THEN 'answered by Envoy, without an upstream host' END",
    key=Key(
        name="envoy",
        parsed=extracted("key", _REQUEST),
        host=without_port("nullif(parsed.host, '')"),
        method="nullif(parsed.method, '')",
        path="parsed.path",
    ),
)
