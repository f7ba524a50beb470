"""Which of a log's named fields hold time, host, method and path.

Names are compared without case and signs, so ``requestMethod``, ``request_method`` and
``request.method`` are one. Sources: nginx's variables, ``$context`` of API Gateway, the JSON of
Caddy, Traefik (``RequestPath``) and Envoy (``start_time``, ``:authority``), CloudFront's field
names, OpenTelemetry's and Elastic's attribute names, pino's ``req.url``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cdk_ecs_xray.sampling.traffic.formats.combined import clock
from cdk_ecs_xray.sampling.traffic.formats.model import CUT_URL_PATH, joined

Place = tuple[str, ...]
"""The keys that lead to a value."""
PARTS = ("time", "host", "method", "path")
_NAMES: Mapping[str, Sequence[str]] = {
    "time": (
        *("time", "timestamp", "ts", "timeiso8601", "timelocal", "msec", "starttime", "startutc"),
        *("requesttime", "requesttimeepoch", "datetime", "eventtime", "t", "timestampms"),
    ),
    "host": (
        # What the viewer asked CloudFront for, before the distribution's own name.
        *("xhostheader", "host", "httphost", "requesthost", "domain", "domainname", "servername"),
        *("authority", "vhost", "urldomain", "httprequestheadershost", "requestheadershost"),
        *("reqheadershost", "cshost", "serveraddress", "hostname"),
    ),
    "method": (
        *("method", "httpmethod", "requestmethod", "verb", "httprequestmethod", "reqmethod"),
        "csmethod",
    ),
    "path": (
        *("path", "urlpath", "uri", "requesturi", "requestpath", "url", "httptarget", "httppath"),
        *("urloriginal", "httpurl", "requrl", "requesturl", "originalurl", "urlfull", "rawpath"),
        *("csuristem", "resourcepath"),
    ),
    "request": ("request", "requestline", "httprequestline", "routekey"),
}
_USUAL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_METHOD = re.compile(r"[A-Za-z]{3,20}")
_REQUEST = re.compile(r"[A-Za-z]{3,20} [/*][^ ]*(?: HTTP/[\d.]+)?|[A-Za-z]{3,20} [a-z]+://[^ ]+.*")
_PATH = re.compile(r"/|\*$|[a-z]+://")
_SERVER_TIME = re.compile(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d")
# Of seconds since 1970; a duration is less.
_EARLIEST = 1e8
_MILLI, _MICRO, _NANO = 1e11, 1e14, 1e17
_URL_HOST = "'^[a-z]+://([^/?#]*)'"
_URL_PATH = f"'^(?:[a-z]+://[^/?#]*)?((?:/|\\*$){CUT_URL_PATH})'"
_EMPTY = "''"
_REQUEST_LINE = "'^([A-Za-z]+) ([^ ]+)'"


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Where the parts of a request stand, in the order in which they are tried.

    :param request: whole request lines, where there is no method or path of its own.
    :param date: of CloudFront, whose time is in a field beside it.
    """

    time: Sequence[Place] = ()
    host: Sequence[Place] = ()
    method: Sequence[Place] = ()
    path: Sequence[Place] = ()
    request: Sequence[Place] = ()
    date: Place | None = None
    result: Place | None = None

    @property
    def missing(self) -> Sequence[str]:
        """The parts that are needed and not found."""
        found = {"time": self.time, "method": self.method or self.request}
        found["path"] = self.path or self.request
        return [part for part, places in found.items() if not places]

    @property
    def places(self) -> Sequence[Place]:
        """All of them, once each."""
        extra = [place for place in (self.date, self.result) if place is not None]
        every = (*self.time, *self.host, *self.method, *self.path, *self.request, *extra)
        return list(dict.fromkeys(every))


def flattened(record: object, place: Place = ()) -> Mapping[Place, object]:
    """Return the values of a record by the keys that lead to them."""
    if not isinstance(record, Mapping):
        return {place: record}
    found: dict[Place, object] = {}
    for key, value in record.items():
        found.update(flattened(value, (*place, str(key))))
    return found


def fields_of(records: Iterable[Mapping[Place, object]], named: Mapping[str, str]) -> Fields:
    """Return where the parts of requests stand in records.

    :param named: by the user, with dots between keys.
    """
    values: dict[Place, list[object]] = {}
    for record in records:
        for place, value in record.items():
            values.setdefault(place, []).append(value)
    by_name: dict[str, list[Place]] = {}
    for place in values:
        by_name.setdefault(_plain(place), []).append(place)

    def places(part: str, fits: Callable[[object], bool]) -> list[Place]:
        if part in named:
            return [_named(named[part], values)]
        candidates = (place for name in _NAMES[part] for place in by_name.get(name, ()))
        return [place for place in candidates if any(map(fits, values[place]))]

    declared = {"date", "time"} <= by_name.keys() and {"csmethod", "csuristem"} & by_name.keys()
    date = by_name["date"][0] if declared else None
    # A method's field may hold the whole line, or the line's field only a method.
    lines = [*places("request", _is_request), *_holding_lines(by_name, values, named)]
    return Fields(
        time=by_name.get("time", []) if date is not None else places("time", is_time),
        host=places("host", lambda value: isinstance(value, str) and value not in ("", "-")),
        method=places("method", _is_method),
        path=places("path", _is_path),
        request=lines,
        date=date,
        result=next(iter(by_name.get("xedgeresulttype", ())), None),
    )


def suggested(values: Mapping[Place, object], part: str) -> Place | None:
    """Return a field whose value looks like a part of a request, whatever its name."""
    fits: Mapping[str, Callable[[object], bool]] = {
        "time": is_time,
        "method": lambda value: value in _USUAL_METHODS,
        "path": _is_path,
    }
    return next((place for place, value in values.items() if fits[part](value)), None)


def is_time(value: object) -> bool:
    """Tell whether a value can be the time of a request."""
    if isinstance(value, bool) or value is None:
        return False
    text = str(value)
    try:
        return float(text) > _EARLIEST
    except ValueError:
        pass
    if _SERVER_TIME.match(text):
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return ":" in text


def time_of(fields: Fields, value: Callable[[Place], str]) -> str:
    """Return an expression for the second since 1970.

    Numbers are seconds, milli-, micro- or nanoseconds, by their size.

    :param value: returns the expression of one field's text.
    """
    if fields.date is not None:
        clocks = first_of(fields.time, value)
        return f"epoch(try_cast({value(fields.date)} || ' ' || {clocks} AS TIMESTAMP))"
    stamp = first_of(fields.time, value)
    number = f"try_cast({stamp} AS DOUBLE)"
    sizes = ((_NANO, 1_000_000_000), (_MICRO, 1_000_000), (_MILLI, 1_000))
    cases = " ".join(f"WHEN {number} > {size:.0f} THEN {number} / {by}" for size, by in sizes)
    return f"coalesce(CASE {cases} ELSE {number} END, {clock(stamp)})"


def text_of(fields: Fields, value: Callable[[Place], str]) -> str:
    """Return an expression for the text that distinguishes routes."""
    url = first_of(fields.path, value)
    line = first_of(fields.request, value)
    method = f"CASE WHEN regexp_full_match({first_of(fields.method, value)}, '[A-Za-z]+')"
    method = f"upper({method} THEN {first_of(fields.method, value)} END)"
    if fields.request:
        method = f"coalesce({method}, upper(regexp_extract({line}, {_REQUEST_LINE}, 1)))"
        url = f"coalesce({url}, regexp_extract({line}, {_REQUEST_LINE}, 2))"
    return joined(
        f"coalesce(nullif({first_of(fields.host, value)}, '-'),"
        f" nullif(regexp_extract({url}, {_URL_HOST}, 1), ''))",
        method,
        f"CASE WHEN regexp_matches({url}, '^[a-z]+://[^/]*$') THEN '/'"
        f" ELSE regexp_extract({url}, {_URL_PATH}, 1) END",
    )


def first_of(places: Sequence[Place], value: Callable[[Place], str]) -> str:
    """Return an expression for the first field that has a text."""
    if not places:
        return "NULL::VARCHAR"
    return f"coalesce({', '.join(f'nullif({value(place)}, {_EMPTY})' for place in places)})"


def shown(place: Place) -> str:
    """Return the name of a field as ``--fields`` takes it."""
    return ".".join(place)


def json_path(place: Place) -> str:
    """Return the path of a field as DuckDB's functions for JSON take it."""
    return "$." + ".".join(json.dumps(key) for key in place)


def _plain(place: Place) -> str:
    return re.sub(r"[^a-z0-9]", "", "".join(place).lower())


def _named(name: str, values: Mapping[Place, object]) -> Place:
    literal = (name,)
    return literal if literal in values else tuple(name.split("."))


def _holding_lines(
    by_name: Mapping[str, Sequence[Place]],
    values: Mapping[Place, Sequence[object]],
    named: Mapping[str, str],
) -> list[Place]:
    names = [] if "method" in named else _NAMES["method"]
    candidates = [place for name in names for place in by_name.get(name, ())]
    if "method" in named:
        candidates.append(_named(named["method"], values))
    return [place for place in candidates if any(map(_is_request, values.get(place, ())))]


def _is_method(value: object) -> bool:
    return isinstance(value, str) and _METHOD.fullmatch(value) is not None


def _is_request(value: object) -> bool:
    return isinstance(value, str) and _REQUEST.fullmatch(value) is not None


def _is_path(value: object) -> bool:
    return isinstance(value, str) and _PATH.match(value) is not None
