"""Checks a document against the part of JSON Schema that the report's schema uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_KNOWN = {
    *("$schema", "$defs", "$ref", "title", "description", "type", "required", "properties"),
    *("additionalProperties", "items", "enum", "const", "oneOf", "minimum", "format"),
}


def violations(value: Any, schema: Any, root: Any, path: str = "$") -> Iterator[str]:
    """Return what of a document the schema refuses, with its place."""
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        yield from violations(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
        return
    if "oneOf" in schema:
        fitting = [one for one in schema["oneOf"] if not list(violations(value, one, root, path))]
        if len(fitting) != 1:
            yield f"{path}: {len(fitting)} of oneOf"
        return
    if "type" in schema and not _is_one_of(value, schema["type"]):
        yield f"{path}: not {schema['type']}"
        return
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and value not in allowed:
        yield f"{path}: {value!r} not in {allowed}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: below {schema['minimum']}"
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from violations(item, schema["items"], root, f"{path}[{position}]")
    if isinstance(value, dict):
        yield from _of_object(value, schema, root, path)


def _of_object(value: dict[str, Any], schema: Any, root: Any, path: str) -> Iterator[str]:
    known = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield f"{path}.{name}: missing"
    for name, member in value.items():
        if name not in known:
            yield f"{path}.{name}: not documented"
        else:
            yield from violations(member, known[name], root, f"{path}.{name}")


def _is_one_of(value: Any, types: str | list[str]) -> bool:
    listed = [types] if isinstance(types, str) else types
    return any(
        isinstance(value, _TYPES[one]) and (one == "boolean" or not isinstance(value, bool))
        for one in listed
    )
