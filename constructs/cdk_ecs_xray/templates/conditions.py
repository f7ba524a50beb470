"""Decides the conditions of a template as far as the values that they compare are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cdk_ecs_xray.templates.grants import all_of, any_of
from cdk_ecs_xray.unknown import Unknown, known

_PAIR = 2


class Conditions:
    """The section ``Conditions`` of a template.

    :param declared: the section as it is written.
    :param resolve: what a compared value comes to.
    """

    def __init__(self, declared: object, resolve: Callable[[object], Any]) -> None:
        self._declared: Mapping[str, Any] = declared if isinstance(declared, Mapping) else {}
        self._resolve = resolve
        self._assumed: dict[str, bool] = {}
        self._values: dict[str, str] = {}
        self._pending: set[str] = set()

    def holds(self, name: object) -> bool | None:
        """Return whether a condition holds; None for cannot tell."""
        if not isinstance(name, str):
            return None
        if name in self._assumed:
            return self._assumed[name]
        if name not in self._declared or name in self._pending:
            return None
        self._pending.add(name)
        try:
            return self._decide(self._declared[name])
        finally:
            self._pending.discard(name)

    @contextmanager
    def given(self, name: object) -> Iterator[None]:
        """Decide as if a condition held, as it does wherever its resource exists."""
        before = self._assumed, self._values
        if isinstance(name, str) and name in self._declared:
            implied = {name: True, **dict(_implied(self._declared[name]))}
            self._assumed = {**before[0], **implied}
            held = [self._declared.get(one) for one, answer in implied.items() if answer]
            pairs = [pair for expression in held for pair in self._equated(expression)]
            self._values = {**before[1], **dict(pairs)}
        try:
            yield
        finally:
            self._assumed, self._values = before

    def ruled_out_by(self, name: object) -> frozenset[str]:
        """Return the conditions that certainly do not hold where one does."""
        with self.given(name):
            return frozenset(other for other in self._declared if self.holds(other) is False)

    def _equated(self, expression: object) -> Iterator[tuple[str, str]]:
        """Return what an open value is where a comparison with it holds."""
        compared = expression.get("Fn::Equals") if isinstance(expression, Mapping) else None
        if not isinstance(compared, list) or len(compared) != _PAIR:
            return
        one, other = (self._resolve(value) for value in compared)
        for unknown, value in ((one, other), (other, one)):
            text = known(value)
            if isinstance(unknown, Unknown) and text is not None:
                yield unknown.expression, text

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
        resolved = [self._resolve(value) for value in compared]
        values = [
            self._values.get(value.expression) if isinstance(value, Unknown) else known(value)
            for value in resolved
        ]
        return None if None in values else len(set(values)) == 1


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
