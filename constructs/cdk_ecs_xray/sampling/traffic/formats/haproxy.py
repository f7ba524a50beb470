"""HAProxy's HTTP format.

Source: "HTTP log format" in HAProxy's configuration manual. The time has no zone and is taken for
UTC. The host is that of a captured header, where one is captured: ``{shop.example.com|…}``.
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

_TIMERS = r"\+?-?\d+/\+?-?\d+/\+?-?\d+/\+?-?\d+/\+?-?\d+"
LINE = re.compile(rf'\[\d\d/\w{{3}}/\d{{4}}:[\d:.]+\] \S+ \S+/\S+ {_TIMERS} [^"]*"[^"]+"')
_HEAD = re.compile(
    r"\[(?P<time>\d\d/\w{3}/\d{4}:[\d:.]+)\] [^ ]+ [^ ]+/(?P<server>[^ ]+) [^{]*"
    r"(?:\{(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::\d+)?[|}])?"
)
_REQUEST = re.compile(
    r"^(?P<host>[^\x1f]*)\x1f(?P<method>[A-Z]+) (?:[a-z]+://[^/ ?]*)?"
    rf"(?P<path>{CUT_PATH}|\*)(?: |$)"
)

FORMAT = LogFormat(
    name="haproxy",
    delimiter='"',
    columns=("head", "request"),
    found=extracted("head", _HEAD),
    time="epoch(try_strptime(found.time, '%d/%b/%Y:%H:%M:%S.%f'))",
    text=f"found.host || chr(31) || {CUT_REQUEST}",
    left_out="CASE WHEN found.server = '<NOSRV>' THEN 'answered by HAProxy, without a server' END",
    key=Key(
        name="haproxy",
        parsed=extracted("key", _REQUEST),
        host=without_port("nullif(parsed.host, '')"),
        method="nullif(parsed.method, '')",
        path="parsed.path",
    ),
)
