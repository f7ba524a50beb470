"""Compares what was synthesized with what AWS has, member by member. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.files.secrecy import is_shown
from cdk_ecs_xray.unknown import Unknown

# What names an item of a list; the order of such lists means nothing.
_KEYS = ("name", "Name")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A member that is not what was synthesized; None where one side has none."""

    path: str
    synthesised: object
    actual: object

    def __str__(self) -> str:
        """The difference as one phrase, without what may be a secret."""
        if not is_shown(self.path.split(".")):
            present = self.actual is not None and self.synthesised is not None
            return f"{self.path} {'changed' if present else 'is there on one side only'}"
        return f"{self.path} is {_shown(self.actual)}, synthesized {_shown(self.synthesised)}"


def differences(synthesised: Any, actual: Any, path: str = "") -> Iterator[Difference]:
    """Yield what differs. Members that only AWS has are its defaults, and no difference.

    Named items, such as containers and variables, have to be there on both sides.
    """
    if isinstance(synthesised, Unknown):
        if not synthesised.may_be(actual):
            yield Difference(path=path, synthesised=str(synthesised), actual=actual)
    elif isinstance(synthesised, Mapping) and isinstance(actual, Mapping):
        for name, value in synthesised.items():
            yield from differences(value, actual.get(name), _below(path, name))
    elif isinstance(synthesised, list) and isinstance(actual, list | None):
        yield from _list_differences(synthesised, actual or [], path)
    elif not _same(synthesised, actual):
        yield Difference(path=path, synthesised=synthesised, actual=actual)


def _same(synthesised: object, actual: object) -> bool:
    """Compare as CloudFormation converts: it takes "256" for 256, 1 for 1.0, "true" for True."""
    if _is_number(synthesised) or _is_number(actual):
        try:
            return float(str(synthesised)) == float(str(actual))
        except ValueError:
            return False
    return str(synthesised).lower() == str(actual).lower()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list_differences(synthesised: list[Any], actual: list[Any], path: str) -> Iterator[Difference]:
    one, other = _by_key(synthesised), _by_key(actual)
    if one is None or other is None:
        if len(synthesised) != len(actual):
            yield Difference(path=path, synthesised=synthesised, actual=actual)
        else:
            for position, (left, right) in enumerate(zip(synthesised, actual, strict=True)):
                yield from differences(left, right, f"{path}[{position}]")
        return
    for name in [*one, *(name for name in other if name not in one)]:
        below = _below(path, name)
        if name not in other:
            yield Difference(path=below, synthesised="there", actual=None)
        elif name not in one:
            yield Difference(path=below, synthesised=None, actual="there")
        else:
            yield from differences(one[name], other[name], below)


def _by_key(items: list[Any]) -> Mapping[str, Any] | None:
    """Return the items by what names them; None when nothing does."""
    found = {}
    for item in items:
        name = next((item[key] for key in _KEYS if key in item), None) if _is_map(item) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = item
    return found


def _is_map(item: Any) -> bool:
    return isinstance(item, Mapping)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> str:
    return "missing" if value is None else str(value)
