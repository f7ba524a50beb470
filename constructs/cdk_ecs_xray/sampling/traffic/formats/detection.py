"""Finds out from its first lines how a log has to be read, or says what it saw instead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.sampling.traffic.formats import (
    alb,
    cloudfront,
    combined,
    envoy,
    fields,
    haproxy,
    json_lines,
)
from cdk_ecs_xray.sampling.traffic.formats.model import LogFormat

FORMATS = ("alb", "cloudfront", "cloudfront-realtime", "combined", "envoy", "haproxy", "json")
_TEXTS: Mapping[str, tuple[re.Pattern[str], LogFormat]] = {
    "alb": (alb.LINE, alb.FORMAT),
    "envoy": (envoy.LINE, envoy.FORMAT),
    "combined": (combined.LINE, combined.FORMAT),
    "haproxy": (haproxy.LINE, haproxy.FORMAT),
    "cloudfront-realtime": (cloudfront.REAL_TIME_LINE, cloudfront.REAL_TIME),
}
_SHOWN = 60
_SHOWN_FIELDS = 12


@dataclass(frozen=True, kw_only=True)
class _Head:
    """The first lines of a log.

    :param where: its name.
    :param named: fields that the user named.
    """

    lines: Sequence[str]
    where: str
    named: Mapping[str, str]


def format_of(name: str, head: Sequence[str], named: Mapping[str, str], *, where: str) -> LogFormat:
    """Return how to read a file.

    Lines in front that are of no format, such as those of a container's start, decide nothing.

    :param name: of the format, or ``auto``.
    :param head: the first lines of the file.
    :param named: for JSON lines, which field holds time, host, method and path.
    :raises ConfigurationError: for a file that no format fits, with what was seen.
    """
    unknown = sorted(set(named) - set(fields.PARTS))
    if unknown:
        raise ConfigurationError(
            Problem(
                where="--fields",
                what="must name time, host, method or path",
                got=f"'{unknown[0]}'",
                fix="Write --fields path=request.uri.",
            )
        )
    seen = _Head(lines=head, where=where, named=named)
    found = _detected(seen) if name == "auto" else _as_named(name, seen)
    if named and found.name not in ("json", "parquet"):
        raise ConfigurationError(
            Problem(
                where=where,
                what="--fields must come with JSON lines or Parquet, whose fields have names",
                got=f"a log of the format {found.name}",
                fix="Leave it out.",
            )
        )
    return found


def _as_named(name: str, head: _Head) -> LogFormat:
    if name == "json":
        return _json(head)
    if name == "cloudfront":
        return _declared(head)
    return _TEXTS[name][1]


def _detected(head: _Head) -> LogFormat:
    looked = False
    for line in head.lines:
        if line.startswith(cloudfront.HEADER):
            return _declared(head)
        if line.startswith("{") and not looked:
            # At all lines together, so one time is enough.
            looked = True
            found = _json_or_none(head)
            if found is not None:
                return found
        for pattern, shape in _TEXTS.values():
            if pattern.search(line):
                return shape
        if cloudfront.PLAIN_LINE.match(line):
            return cloudfront.declared(cloudfront.STANDARD_HEADER, delimiter="\t")
        _refuse_others(line, head.where)
    if not head.lines:
        return combined.FORMAT
    if json_lines.records(head.lines):
        return _json(head)
    raise ConfigurationError(
        Problem(
            where=head.where,
            what="the log must be of a known format",
            got=f"'{head.lines[0][:_SHOWN]}'",
            fix=f"Name it with --log-format {'|'.join(FORMATS)}, or write JSON lines with time, "
            "host, method and path.",
        )
    )


def _refuse_others(line: str, where: str) -> None:
    """Name what has no requests in it."""
    if alb.NETWORK_LINE.match(line):
        raise ConfigurationError(
            Problem(
                where=where,
                what="the log must hold requests with method and path",
                got="connections, as a Network Load Balancer logs them",
                fix="Use the access log of the app or of its proxy.",
            )
        )
    if cloudfront.SELECTED_LINE.match(line):
        raise ConfigurationError(
            Problem(
                where=where,
                what="the log must say which fields its columns hold",
                got=f"'{line.expandtabs(1)[:_SHOWN]}', as CloudFront logs a choice of fields in "
                "real time",
                fix="Put a line such as '#Fields: timestamp cs-method cs-uri-stem' in front, with "
                "the fields in the order of your configuration.",
            )
        )


def _declared(head: _Head) -> LogFormat:
    place = next((i for i, line in enumerate(head.lines) if _is_header(line)), None)
    header = "" if place is None else head.lines[place]
    entries = [line for line in head.lines[(place or 0) :] if not line.startswith("#")]
    spaces = bool(entries) and "\t" not in entries[0]
    missing = [
        {"time": "date and time", "method": "cs-method", "path": "cs-uri-stem"}[part]
        for part in cloudfront.fields_declared(header).missing
    ]
    if missing:
        raise ConfigurationError(
            Problem(
                where=head.where,
                what=f"the log must declare {', '.join(missing)} in its line '#Fields:'",
                got=f"'{header[:_SHOWN]}'",
                fix="Keep the header line, and log these fields.",
            )
        )
    return cloudfront.declared(header, delimiter=" " if spaces else "\t")


def _is_header(line: str) -> bool:
    return line.startswith(cloudfront.HEADER)


def _json_or_none(head: _Head) -> LogFormat | None:
    records = json_lines.records(head.lines)
    known = fields.fields_of(records, head.named)
    if not known.missing:
        return json_lines.json_lines(known)
    if head.named:
        return None
    for name, lines in json_lines.wrapped_lines(records):
        try:
            inner = _detected(_Head(lines=lines, where=head.where, named={}))
        except ConfigurationError:
            continue
        if inner.wrapped is None:
            return inner.inside(json_lines.unwrapping(name))
    return None


def _json(head: _Head) -> LogFormat:
    found = _json_or_none(head)
    if found is not None:
        return found
    records = json_lines.records(head.lines)
    if not records:
        raise ConfigurationError(
            Problem(
                where=head.where,
                what="the log must hold JSON lines" if head.lines else "JSON lines are required",
                got=f"'{head.lines[0][:_SHOWN]}'" if head.lines else None,
                fix="Check --log-format.",
            )
        )
    raise ConfigurationError(missing_fields(records, head.named, where=head.where))


def missing_fields(
    records: Sequence[Mapping[fields.Place, object]], named: Mapping[str, str], *, where: str
) -> Problem:
    """Say which parts of a request no field holds, and which fields there are."""
    missing = fields.fields_of(records, named).missing
    values: dict[fields.Place, object] = {}
    for record in records:
        values.update(record)
    names = [fields.shown(place) for place in values]
    more = f" and {len(names) - _SHOWN_FIELDS} more" if len(names) > _SHOWN_FIELDS else ""
    options = []
    for part in missing:
        place = fields.suggested(values, part)
        options.append(f"--fields {part}={'NAME' if place is None else fields.shown(place)}")
    return Problem(
        where=where,
        what=f"the log must have a known field for {' and '.join(missing)}",
        got=f"the fields {', '.join(names[:_SHOWN_FIELDS])}{more}",
        fix=f"Name it: {' '.join(options)}.",
    )
