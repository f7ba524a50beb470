"""One flat form for both sides of the comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Fields = dict[str, object]


def container_fields(prefix: str, container: Mapping[str, object]) -> Fields:
    """Return a container definition as fields; environment by variable, empty values left out.

    Describing a task definition adds empty lists for whatever was not registered, so an empty
    list says the same as a missing one.
    """
    return dict(_flatten(prefix, container))


def _flatten(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, nested in value.items():
            yield from _flatten(f"{path}.{key}", nested)
    elif _is_environment(value):
        for pair in value:  # type: ignore[attr-defined]
            yield f"{path}.{pair['name']}", pair["value"]
    elif isinstance(value, list) and value and all(isinstance(member, Mapping) for member in value):
        for position, nested in enumerate(value):
            suffix = f"[{position}]" if len(value) > 1 else ""
            yield from _flatten(path + suffix, nested)
    elif value not in (None, [], ""):
        yield path, value


def _is_environment(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and bool(value)
        and all(isinstance(pair, Mapping) and set(pair) == {"name", "value"} for pair in value)
    )
