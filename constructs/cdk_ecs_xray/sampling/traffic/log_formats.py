"""Formats of access logs, as columns and expressions that find time, host, method and path.

Sources: "Access log entries" in the guides of Application Load Balancers and CloudFront (standard
logs), ``log_format combined`` of nginx, ``LogFormat "%v:%p %h …" vhost_combined`` of Apache.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.errors import ConfigurationError, Problem

_ALB = re.compile(r'^[a-z0-9]+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^"]*"[^"]+" ')
# Of the request up to its query, once for each that is there: of every line it would take most of
# the time.
_ALB_REQUEST = re.compile(r"^(?P<method>[A-Z]+) [a-z]+://(?P<host>[^/ ?]*)(?P<path>/[^ ?]*)?")
_COMBINED = re.compile(r'^(?:[^ :"]+:\d+ )?[^ "]+ [^ "]+ [^"\[]*\[[^\]"]+\] "[^"]+" \d')
_COMBINED_HEAD = re.compile(r"^(?:(?P<host>[^ :]+):\d+ )?[^ ]+ [^ ]+ [^\[]*\[(?P<time>[^\]]+)\] $")
_COMBINED_REQUEST = re.compile(
    r"^(?P<host>[^\x1f]*)\x1f(?P<method>[A-Z]+) (?:[a-z]+://[^/ ?]*)?(?P<path>/[^ ?]*|\*)(?: |$)"
)
_JSON_NAMES: Mapping[str, Sequence[str]] = {
    "time": ("time", "timestamp", "@timestamp", "ts", "time_iso8601", "time_local"),
    "host": ("host", "http_host", "hostname", "domain", "server_name", "authority"),
    "method": ("method", "http_method", "request_method", "verb"),
    "path": ("path", "url_path", "uri", "request_uri", "url"),
}
_CLOUDFRONT_FIELDS: Mapping[str, Sequence[str]] = {
    "date": ("date",),
    "clock": ("time",),
    # What the viewer asked for, unless it did not say; cs(Host) is the distribution's own name.
    "host": ("x-host-header", "cs(Host)"),
    "method": ("cs-method",),
    "path": ("cs-uri-stem",),
}
_URL_HOST = "'^[a-z]+://([^/?#]*)'"
_URL_PATH = "'^(?:[a-z]+://[^/?#]*)?([^?#]*)'"
FORMATS = ("alb", "cloudfront", "combined", "json")


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a text tells that stands for a route, as SQL expressions.

    :param name: keys of one name are read alike.
    :param parsed: of ``key``: what the others read as ``parsed``.
    :param host: of the request, NULL where there is none.
    :param method: NULL where the line is not of the format.
    """

    name: str
    parsed: str
    host: str
    method: str
    path: str


@dataclass(frozen=True, kw_only=True)
class LogFormat:
    """How to read one file, as SQL expressions.

    :param delimiter: between the columns; a line may have more of them, which are not looked at.
    :param columns: their names.
    :param entry: of the columns: whether they are of a request at all.
    :param found: of the columns: what ``time`` and ``text`` read as ``found``.
    :param time: the second since 1970, NULL where the line has none.
    :param text: that tells routes apart and is cheap to find; NULL where there is none.
    :param key: how to read it.
    """

    delimiter: str
    columns: Sequence[str]
    entry: str = "true"
    found: str = "NULL"
    time: str
    text: str
    key: Key


def format_of(
    name: str, head: Sequence[str], fields: Mapping[str, str], *, where: str
) -> LogFormat:
    """Return how to read a file.

    :param name: of the format, or ``auto``.
    :param head: the first lines of the file.
    :param fields: for JSON lines, which field holds time, host, method and path.
    :raises ConfigurationError: for a file that no format fits.
    """
    name = _detected(head, where) if name == "auto" else name
    if name == "alb":
        return LogFormat(
            delimiter='"',
            columns=("head", "request"),
            time="epoch(try_cast(substr(head, instr(head, ' ') + 1, 19) AS TIMESTAMP))",
            text="split_part(request, '?', 1)",
            key=_matched("alb", _ALB_REQUEST),
        )
    if name == "combined":
        return LogFormat(
            delimiter='"',
            columns=("head", "request"),
            found=_extract("head", _COMBINED_HEAD),
            time="epoch(try_strptime(found.time, '%d/%b/%Y:%H:%M:%S %z'))",
            text="found.host || chr(31) || split_part(request, '?', 1)",
            key=_matched("combined", _COMBINED_REQUEST),
        )
    return _json(fields) if name == "json" else _cloudfront(head, where)


def _detected(head: Sequence[str], where: str) -> str:
    for line in head:
        if line.startswith("#Fields:"):
            return "cloudfront"
        if line.startswith("{"):
            return "json"
        if _ALB.match(line):
            return "alb"
        if _COMBINED.match(line):
            return "combined"
    if not head:
        return "combined"
    raise ConfigurationError(
        Problem(
            where=where,
            what="the log must be of a known format",
            got=f"'{head[0][:60]}'",
            fix=f"Name it with --log-format {'|'.join(FORMATS)}.",
        )
    )


def _extract(column: str, pattern: re.Pattern[str]) -> str:
    groups = sorted(pattern.groupindex, key=pattern.groupindex.__getitem__)
    # DuckDB's RE2 takes the same expression with unnamed groups.
    expression = quoted(re.sub(r"\(\?P<\w+>", "(", pattern.pattern))
    names = ", ".join(quoted(group) for group in groups)
    return f"regexp_extract({column}, {expression}, [{names}])"


def _joined(*parts: str) -> str:
    """Make one text of host, method and path; NULL where a line has no method."""
    host, method, path = (f"coalesce({part}, '')" for part in parts)
    return f"CASE WHEN {method} <> '' THEN concat_ws(chr(31), {host}, {method}, {path}) END"


def _matched(name: str, pattern: re.Pattern[str]) -> Key:
    return Key(
        name=name,
        parsed=_extract("key", pattern),
        host=_without_port("nullif(parsed.host, '')"),
        method="nullif(parsed.method, '')",
        path="parsed.path",
    )


def _without_port(host: str) -> str:
    """Leave out a scheme's own port, which load balancers write and ``Host`` headers don't have."""
    endings = ((":443", 4), (":80", 3))
    cases = (f"WHEN ends_with({host}, '{end}') THEN {host}[:-{n + 1}]" for end, n in endings)
    return f"CASE {' '.join(cases)} ELSE {host} END"


JOINED = Key(
    name="joined",
    parsed="string_split(key, chr(31))",
    host=_without_port("nullif(parsed[1], '')"),
    method="nullif(parsed[2], '')",
    path="parsed[3]",
)


def _json(fields: Mapping[str, str]) -> LogFormat:
    unknown = set(fields) - set(_JSON_NAMES)
    if unknown:
        raise ConfigurationError(
            Problem(
                where="--fields",
                what="must name time, host, method or path",
                got=f"'{min(unknown)}'",
                fix="Write --fields path=request.uri.",
            )
        )

    paths = {
        part: [_json_path(fields[part], dotted=True)]
        if part in fields
        else [_json_path(name, dotted=False) for name in names]
        for part, names in _JSON_NAMES.items()
    }
    wanted = [path for group in paths.values() for path in group]

    def value(part: str) -> str:
        return f"coalesce({', '.join(f'found[{wanted.index(p) + 1}]' for p in paths[part])})"

    stamp = value("time")
    number = f"try_cast({stamp} AS DOUBLE)"
    url = value("path")
    return LogFormat(
        # Which no text has unescaped: the whole line is one column.
        delimiter="\x01",
        columns=("line",),
        entry="line <> ''",
        # All of them at once: each call would parse the line again.
        found="CASE WHEN json_valid(line) THEN json_extract_string(line, "
        f"[{', '.join(quoted(path) for path in wanted)}]) END",
        time=f"coalesce(CASE WHEN {number} > 1e11 THEN {number} / 1000 ELSE {number} END, "
        f"epoch(try_cast({stamp} AS TIMESTAMPTZ)), "
        f"epoch(try_strptime({stamp}, '%d/%b/%Y:%H:%M:%S %z')))",
        text=_joined(
            f"coalesce({value('host')}, nullif(regexp_extract({url}, {_URL_HOST}, 1), ''))",
            f"upper({value('method')})",
            f"regexp_extract({url}, {_URL_PATH}, 1)",
        ),
        key=JOINED,
    )


def _json_path(name: str, *, dotted: bool) -> str:
    parts = name.split(".") if dotted else [name]
    return "$." + ".".join(json.dumps(part) for part in parts)


def _cloudfront(head: Sequence[str], where: str) -> LogFormat:
    declared = next((line for line in head if line.startswith("#Fields:")), "")
    columns = declared.removeprefix("#Fields:").split()

    missing = [names[0] for names in _CLOUDFRONT_FIELDS.values() if not {*names} & {*columns}]
    if missing:
        raise ConfigurationError(
            Problem(
                where=where,
                what=f"a CloudFront log must declare {', '.join(missing)} in its line '#Fields:'",
                got=f"'{declared[:60]}'",
                fix="Keep the header line.",
            )
        )

    def value(part: str) -> str:
        positions = (columns.index(name) for name in _CLOUDFRONT_FIELDS[part] if name in columns)
        values = (f"nullif(c{position}, '-')" for position in positions)
        return f"coalesce({', '.join(values)})"

    return LogFormat(
        delimiter="\t",
        columns=tuple(f"c{position}" for position in range(len(columns))),
        entry="NOT starts_with(coalesce(c0, ''), '#')",
        time=f"epoch(try_cast({value('date')} || ' ' || {value('clock')} AS TIMESTAMP))",
        text=_joined(value("host"), value("method"), value("path")),
        key=JOINED,
    )


def quoted(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
