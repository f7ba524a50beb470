"""Compares properties with a schema, and refuses them in CloudFormation's words.

No library: a template's scalars are strings as often as not, and CloudFormation converts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from cdk_ecs_xray.local.inert.schemas import Schema

_NAMES = {
    "string": "String",
    "integer": "Integer",
    "number": "Number",
    "boolean": "Boolean",
    "array": "JSONArray",
    "object": "JSONObject",
}


def check_properties(schema: Schema, logical_id: str, properties: Mapping[str, Any]) -> None:
    """Do nothing where CloudFormation would take the properties.

    :raises ValueError: with all that is wrong, as a stack event words it.
    """
    problems = list(_problems(schema, schema.document, properties, "#"))
    problems += [
        f"#: extraneous key [{name}] is not permitted"
        for name in schema.read_only
        if "." not in name and name in properties and name not in _settable(schema)
    ]
    if problems:
        lines = "\n".join(dict.fromkeys(problems))
        raise ValueError(
            f"Properties validation failed for resource {logical_id} with message:\n{lines}"
        )


def _settable(schema: Schema) -> frozenset[str]:
    """Read-only members that a template may set all the same, as names that identify it."""
    return frozenset(schema.create_only)


def _problems(schema: Schema, part: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(part, Mapping):
        return
    part = schema.resolve(part)
    expected = _types(part)
    if expected and not any(_KINDS[kind](value) for kind in expected):
        names = " or ".join(_NAMES[kind] for kind in expected)
        yield f"{place}: expected type: {names}, found: {_NAMES[_kind_of(value)]}"
        return
    yield from _constants(part, value, place)
    if isinstance(value, Mapping):
        yield from _members(schema, part, value, place)
    elif isinstance(value, list):
        yield from _items(schema, part, value, place)
    elif isinstance(value, str) and "string" in expected:
        yield from _text(part, value, place)
    if set(expected) & {"integer", "number"} and not isinstance(value, bool):
        yield from _number(part, value, place)
    yield from _combined(schema, part, value, place)


def _types(part: Mapping[str, Any]) -> list[str]:
    found = part.get("type", [])
    return [kind for kind in ([found] if isinstance(found, str) else found) if kind in _KINDS]


def _constants(part: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    if "enum" in part and not any(_same(value, known) for known in part["enum"]):
        yield _failed(place, "enum")
    if "const" in part and not _same(value, part["const"]):
        yield _failed(place, "const")


def _members(
    schema: Schema, part: Mapping[str, Any], value: Mapping[str, Any], place: str
) -> Iterator[str]:
    known = part.get("properties") or {}
    patterns = part.get("patternProperties") or {}
    for name in part.get("required") or ():
        if name not in value:
            yield f"{place}: required key [{name}] not found"
    for name, member in value.items():
        if name in known:
            yield from _problems(schema, known[name], member, f"{place}/{name}")
            continue
        matching = [pattern for pattern in patterns if _matches(pattern, name)]
        for pattern in matching:
            yield from _problems(schema, patterns[pattern], member, f"{place}/{name}")
        if not matching and part.get("additionalProperties") is False:
            yield f"{place}: extraneous key [{name}] is not permitted"


def _items(schema: Schema, part: Mapping[str, Any], value: list[Any], place: str) -> Iterator[str]:
    for position, item in enumerate(value):
        yield from _problems(schema, part.get("items", {}), item, f"{place}/{position}")
    yield from _between(len(value), part, "minItems", "maxItems", place)
    if part.get("uniqueItems") is True and any(item in value[:n] for n, item in enumerate(value)):
        yield f"{place}: array items are not unique"


def _text(part: Mapping[str, Any], value: str, place: str) -> Iterator[str]:
    yield from _between(len(value), part, "minLength", "maxLength", place)
    if "pattern" in part and not _matches(part["pattern"], value):
        yield _failed(place, "pattern")


def _number(part: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    yield from _between(float(value), part, "minimum", "maximum", place)


def _between(
    size: float, part: Mapping[str, Any], low: str, high: str, place: str
) -> Iterator[str]:
    if isinstance(part.get(low), int | float) and size < part[low]:
        yield _failed(place, low)
    if isinstance(part.get(high), int | float) and size > part[high]:
        yield _failed(place, high)


def _combined(schema: Schema, part: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    for member in part.get("allOf") or ():
        yield from _problems(schema, member, value, place)
    for keyword in ("anyOf", "oneOf"):
        branches = part.get(keyword) or ()
        right = [b for b in branches if not list(_problems(schema, b, value, place))]
        if branches and not right:
            yield f"{place}: #: no subschema matched out of the total {len(branches)} subschemas"


def _failed(place: str, keyword: str) -> str:
    return f"{place}: failed validation constraint for keyword [{keyword}]"


def _same(value: Any, known: Any) -> bool:
    return bool(value == known) or _scalar(value) == _scalar(known)


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        # Schemas hold Java's and JavaScript's patterns too.
        return None


def _matches(pattern: str, text: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(text) is not None


def _is_number(value: Any, parse: Callable[[str], float]) -> bool:
    try:
        return not isinstance(value, bool) and parse(str(value)) is not None
    except ValueError:
        return False


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str | int | float),
    "integer": lambda value: _is_number(value, int),
    "number": lambda value: _is_number(value, float),
    "boolean": lambda value: _scalar(value) in ("true", "false"),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
}


def _kind_of(value: Any) -> str:
    for kind, expected in (("boolean", bool), ("integer", int), ("number", float)):
        if isinstance(value, expected):
            return kind
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, Mapping) else "string"
