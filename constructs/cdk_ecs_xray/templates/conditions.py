"""Decides the conditions of a template as far as the values that they compare are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cdk_ecs_xray.templates.grants import all_of, any_of
from cdk_ecs_xray.unknown import known


class Conditions:
    """The section ``Conditions`` of a template.

    :param declared: the section as it is written.
    :param resolve: what a compared value comes to.
    """

    def __init__(self, declared: object, resolve: Callable[[object], Any]) -> None:
        self._declared: Mapping[str, Any] = declared if isinstance(declared, Mapping) else {}
        self._resolve = resolve
        self._assumed: dict[str, bool] = {}
        self._pending: set[str] = set()

    def holds(self, name: object) -> bool | None:
        """Return whether a condition holds; None for cannot tell."""
        if name in self._assumed:
            return self._assumed[str(name)]
        if name not in self._declared or name in self._pending:
            return None
        self._pending.add(str(name))
        try:
            return self._decide(self._declared[str(name)])
        finally:
            self._pending.discard(str(name))

    @contextmanager
    def given(self, name: object) -> Iterator[None]:
        """Decide as if a condition held, as it does wherever its resource exists."""
        before = self._assumed
        if isinstance(name, str) and name in self._declared:
            self._assumed = {**before, name: True, **dict(_implied(self._declared[name]))}
        try:
            yield
        finally:
            self._assumed = before

    def _decide(self, expression: object) -> bool | None:
        if not isinstance(expression, Mapping) or len(expression) != 1:
            return None
        (function, argument), *_ = expression.items()
        if function == "Condition" or not isinstance(argument, list):
            return self.holds(argument) if function == "Condition" else None
        if function == "Fn::Equals":
            return self._equal(argument)
        return self._joined(function, argument)

    def _joined(self, function: str, argument: list[object]) -> bool | None:
        answers = [self._decide(one) for one in argument]
        if function == "Fn::And":
            return all_of(*answers)
        if function == "Fn::Or":
            return any_of(*answers)
        one = answers[0] if function == "Fn::Not" and len(answers) == 1 else None
        return None if one is None else not one

    def _equal(self, compared: list[object]) -> bool | None:
        values = [self._resolve(value) for value in compared]
        if any(known(value) is None for value in values):
            return None
        return len({known(value) for value in values}) == 1


def _implied(expression: object) -> Iterator[tuple[str, bool]]:
    """Return what else is decided where an expression holds."""
    if not isinstance(expression, Mapping) or len(expression) != 1:
        return
    (function, argument), *_ = expression.items()
    if function == "Condition" and isinstance(argument, str):
        yield argument, True
    elif function == "Fn::And" and isinstance(argument, list):
        for one in argument:
            yield from _implied(one)
    elif function == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
        (inner,) = argument
        if isinstance(inner, Mapping) and isinstance(inner.get("Condition"), str):
            yield inner["Condition"], False
