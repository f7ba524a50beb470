"""JSON lines, whoever writes them: fields are found by their names and values.

A field may also hold a whole line of another format, as FireLens (``log``) and Docker's json-file
driver write what a container prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.sampling.traffic.formats.cloudfront import unserved
from cdk_ecs_xray.sampling.traffic.formats.fields import (
    Fields,
    Place,
    flattened,
    json_path,
    text_of,
    time_of,
)
from cdk_ecs_xray.sampling.traffic.formats.model import JOINED, LogFormat, quoted

_WRAPPING = ("log", "message", "msg", "@message", "MESSAGE")


def records(lines: Sequence[str]) -> list[Mapping[Place, object]]:
    """Return the objects among some lines, flattened."""
    return [flattened(record) for record in _objects(lines)]


def wrapped_lines(found: Sequence[Mapping[Place, object]]) -> Iterator[tuple[str, list[str]]]:
    """Return the fields that may hold lines of another format, each with those."""
    for name in _WRAPPING:
        texts = [record.get((name,)) for record in found]
        lines = [text.rstrip() for text in texts if isinstance(text, str) and text.strip()]
        if lines:
            yield name, lines


def unwrapping(name: str) -> str:
    """Return the line that a field of a line holds, as an expression."""
    path = quoted(json_path((name,)))
    return f"CASE WHEN json_valid(line) THEN rtrim(json_extract_string(line, {path}), chr(10)) END"


def json_lines(fields: Fields) -> LogFormat:
    """Return how to read lines whose fields are known."""
    wanted = list(fields.places)

    def value(place: Place) -> str:
        return f"found[{wanted.index(place) + 1}]"

    paths = ", ".join(quoted(json_path(place)) for place in wanted)
    return LogFormat(
        name="json",
        # Which no text has unescaped: the whole line is one column.
        delimiter="\x01",
        columns=("line",),
        entry="line <> ''",
        # All of them at once: each call would parse the line again.
        found=f"CASE WHEN json_valid(line) THEN json_extract_string(line, [{paths}]) END",
        time=time_of(fields, value),
        text=text_of(fields, value),
        left_out="NULL" if fields.result is None else unserved(value(fields.result)),
        key=JOINED,
    )


def _objects(lines: Sequence[str]) -> Iterator[Mapping[str, object]]:
    for line in lines:
        if not line.lstrip().startswith("{"):
            continue
        record = json_or_none(line)
        if isinstance(record, Mapping):
            yield record
