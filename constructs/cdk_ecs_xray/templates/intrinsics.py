"""Resolves CloudFormation's functions as far as a template allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from cdk_ecs_xray.templates.assembly import StackSource
from cdk_ecs_xray.unknown import Text, Unknown

_PLACEHOLDER = re.compile(r"\$\{([^}!]+)\}")
_LITERAL = re.compile(r"\$\{!([^}]+)\}")


class _Absent:
    """What ``AWS::NoValue`` leaves behind: nothing."""


_ABSENT = _Absent()


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """What is known of a stack beside its template.

    :param references: what ``Ref`` gives: parameters, pseudo parameters and, of a deployed stack,
        the physical ids of its resources. They win over what the template says.
    :param role_names: the names of roles by logical id; their ARNs end with them.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    role_names: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Resolves the values of one stack, for review from its template, for verification from AWS.

    Parameters resolve to their defaults, conditions not at all: where two branches differ, the
    value is unknown.

    :param optional_counts: something that is there under a condition only counts as present; False
        leaves it unknown whether it is.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        values: StackValues | None = None,
        *,
        optional_counts: bool = True,
    ) -> None:
        values = StackValues() if values is None else values
        resources = template.get("Resources")
        self._resources: Mapping[str, Any] = resources if isinstance(resources, Mapping) else {}
        self._mappings = template.get("Mappings") or {}
        self._references = {**_defaults(template), **values.references}
        self._role_names = values.role_names
        self._optional_counts = optional_counts

    @classmethod
    def of(cls, stack: StackSource) -> Self:
        """Return a resolver for a stack as it was synthesised."""
        pseudo = {
            "AWS::Region": stack.region,
            "AWS::AccountId": stack.account,
            "AWS::StackName": stack.name,
        }
        known = {name: value for name, value in pseudo.items() if value is not None}
        return cls(stack.template, StackValues(references=known))

    @classmethod
    def alone(cls) -> Self:
        """Return a resolver that knows no template: what refers to one stays unknown."""
        return cls({})

    def resolve(self, value: object) -> Any:
        """Return plain data with :class:`Unknown` for what the template leaves open."""
        resolved = self._resolve(value)
        return None if resolved is _ABSENT else resolved

    def properties(self, logical_id: str) -> Mapping[str, Any]:
        """Return the properties of a resource, resolved."""
        resolved = self.resolve(self._resources[logical_id].get("Properties") or {})
        return resolved if isinstance(resolved, Mapping) else {}

    def _resolve(self, value: object) -> Any:
        if isinstance(value, Mapping):
            if len(value) == 1:
                (name, argument), *_ = value.items()
                function = self._function(name)
                if function is not None:
                    return self._called(name, function, argument)
            pairs = ((key, self._resolve(nested)) for key, nested in value.items())
            return {key: nested for key, nested in pairs if nested is not _ABSENT}
        if isinstance(value, list):
            return [resolved for resolved in map(self._resolve, value) if resolved is not _ABSENT]
        return value

    def _called(self, name: str, function: Callable[[Any], Any], argument: object) -> Any:
        try:
            return function(argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # Not written as CloudFormation has it, which cfn-lint tells better.
            return self._unresolved(name, argument)

    def _function(self, name: str) -> Callable[[Any], Any] | None:
        if name == "Ref":
            return self._ref
        if not name.startswith("Fn::"):
            return None
        known_functions: Mapping[str, Callable[[Any], Any]] = {
            "Fn::GetAtt": self._attribute,
            "Fn::Join": self._join,
            "Fn::Sub": self._sub,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find,
        }
        if name in known_functions:
            return known_functions[name]
        return lambda argument: self._unresolved(name, argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _ABSENT
        if name in self._references:
            return self._references[name]
        return Unknown(
            expression=f"${{{name}}}", resource=name if name in self._resources else None
        )

    def _attribute(self, argument: Any) -> Any:
        logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        if attribute == "Arn" and logical_id in self._role_names:
            name = self._role_names[logical_id]
            return Unknown(expression=f"${{{logical_id}.Arn}}/{name}", resource=logical_id)
        return Unknown(expression=f"${{{logical_id}.{attribute}}}", resource=logical_id)

    def _join(self, argument: Any) -> Any:
        separator, parts = argument
        resolved = self._resolve(parts)
        if not isinstance(resolved, list):
            return self._unresolved("Fn::Join", argument)
        return _concatenated(
            [piece for part in resolved for piece in (separator, part)][1:],
        )

    def _sub(self, argument: Any) -> Any:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        pieces: list[object] = []
        end = 0
        for found in _PLACEHOLDER.finditer(text):
            name = found[1].strip()
            pieces += [text[end : found.start()], self._substituted(name, variables)]
            end = found.end()
        pieces.append(text[end:])
        return _concatenated(
            [_LITERAL.sub(r"${\1}", piece) if isinstance(piece, str) else piece for piece in pieces]
        )

    def _substituted(self, name: str, variables: Mapping[str, Any]) -> Any:
        if name in variables:
            return self._resolve(variables[name])
        return self._attribute(name) if "." in name else self._ref(name)

    def _select(self, argument: Any) -> Any:
        index, options = argument[0], self._resolve(argument[1])
        if isinstance(options, list) and str(index).isdigit() and int(index) < len(options):
            return options[int(index)]
        return self._unresolved("Fn::Select", argument)

    def _split(self, argument: Any) -> Any:
        text = self._resolve(argument[1])
        if isinstance(text, str):
            return text.split(argument[0])
        return self._unresolved("Fn::Split", argument)

    def _if(self, argument: Any) -> Any:
        condition, *branches = argument
        yes, no = map(self._resolve, branches)
        if self._optional_counts and (yes is _ABSENT or no is _ABSENT):
            return no if yes is _ABSENT else yes
        return yes if yes == no else Unknown(expression=f"${{If {condition}}}")

    def _find(self, argument: Any) -> Any:
        found: Any = self._mappings
        for key in self._resolve(argument[:3]):
            if not isinstance(found, Mapping) or not isinstance(key, str) or key not in found:
                return self._unresolved("Fn::FindInMap", argument)
            found = found[key]
        return found

    def _unresolved(self, name: str, argument: object) -> Unknown:
        shown = argument if isinstance(argument, str) else ""
        return Unknown(expression=f"${{{name.removeprefix('Fn::')} {shown}".rstrip() + "}")


def _concatenated(pieces: Sequence[object]) -> Text:
    pieces = [piece for piece in pieces if piece not in ("", _ABSENT)]
    if len(pieces) == 1 and isinstance(pieces[0], Unknown):
        return pieces[0]
    text = "".join(str(piece) for piece in pieces)
    open_ones = any(isinstance(piece, Unknown | Mapping | list) for piece in pieces)
    return Unknown(expression=text) if open_ones else text


def _defaults(template: Mapping[str, Any]) -> Mapping[str, str]:
    parameters = template.get("Parameters")
    return {
        name: str(parameter["Default"])
        for name, parameter in (parameters if isinstance(parameters, Mapping) else {}).items()
        if isinstance(parameter, Mapping)
        and "Default" in parameter
        # The default of an SSM parameter is the name of the value, not the value.
        and not str(parameter.get("Type")).startswith("AWS::SSM::")
    }
