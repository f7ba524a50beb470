"""Resolves CloudFormation's functions as far as a template allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from cdk_ecs_xray.templates.conditions import Conditions
from cdk_ecs_xray.templates.parameters import default_values, stored_parameters
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.stack_values import Elsewhere, StackValues
from cdk_ecs_xray.unknown import Text, Unknown

_PLACEHOLDER = re.compile(r"\$\{([^}!]+)\}")
_LITERAL = re.compile(r"\$\{!([^}]+)\}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
_DYNAMIC = re.compile(r"\{\{resolve:ssm:(?P<name>[A-Za-z0-9_./-]+)(?::[0-9]+)?\}\}")
_OUTPUTS = "Outputs."
_LONGEST_TEXT = 1_048_576


class _Absent:
    """What ``AWS::NoValue`` leaves behind: nothing."""


_ABSENT = _Absent()


class Resolver:
    """Resolves the values of one stack, for review from its template, for verification from AWS.

    Parameters resolve to their defaults, and conditions follow them. Where a condition is not
    known and its branches differ, the value is unknown.

    :param optional_counts: something that is there under a condition only counts as present; False
        leaves it unknown whether it is.
    :param elsewhere: the other stacks that are read together with this one.
    :param scope: path of the stack, which its resources are then known by.
    :param literal: values are as they are: what looks like a function is none.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        values: StackValues | None = None,
        *,
        optional_counts: bool = True,
        elsewhere: Elsewhere | None = None,
        scope: str = "",
        literal: bool = False,
    ) -> None:
        values = StackValues() if values is None else values
        resources = template.get("Resources")
        self._resources: Mapping[str, Any] = resources if isinstance(resources, Mapping) else {}
        self._mappings = template.get("Mappings") or {}
        self._references = {**default_values(template), **values.references}
        self._stored = stored_parameters(template)
        self._role_names = values.role_names
        self._optional_counts = optional_counts
        self._elsewhere = elsewhere
        self._scope = scope
        self._literal = literal
        self._conditions = Conditions(template.get("Conditions"), self._resolve)

    @classmethod
    def of(
        cls,
        stack: StackSource,
        *,
        parameters: Mapping[str, Any] | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> Self:
        """Return a resolver for a stack as it was synthesized.

        :param parameters: what a parent gives to a nested stack, which beats the defaults.
        :param elsewhere: the other stacks that are read together with this one.
        """
        pseudo = {
            "AWS::Region": stack.region,
            "AWS::AccountId": stack.account,
            "AWS::StackName": stack.name,
        }
        known = {name: value for name, value in pseudo.items() if value is not None}
        return cls(
            stack.template,
            StackValues(references={**known, **(parameters or {})}),
            elsewhere=elsewhere,
            scope=stack.path,
            literal=stack.form == "terraform",
        )

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
        resource = self._resources[logical_id]
        # Whatever its condition is, where the resource exists it holds.
        with self._conditions.given(resource.get("Condition")):
            resolved = self.resolve(resource.get("Properties") or {})
        return resolved if isinstance(resolved, Mapping) else {}

    def ruled_out(self, logical_id: str) -> frozenset[str]:
        """Return the conditions that do not hold where a resource exists."""
        condition = self._resources[logical_id].get("Condition")
        return frozenset() if condition is None else self._conditions.ruled_out_by(condition)

    def exists(self, logical_id: str) -> bool | None:
        """Return whether a resource's condition holds; None for cannot tell."""
        condition = self._resources[logical_id].get("Condition")
        return True if condition is None else self._conditions.holds(condition)

    def _resolve(self, value: object) -> Any:
        if self._literal:
            return value
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
        dynamic = _DYNAMIC.fullmatch(value) if isinstance(value, str) else None
        return value if dynamic is None else self._dynamic(value, dynamic["name"])

    def _dynamic(self, text: object, name: str) -> Any:
        found = None if self._elsewhere is None else self._elsewhere.stored(name)
        return Unknown(expression=str(text)) if found is None else found

    def _called(self, name: str, function: Callable[[Any], Any], argument: object) -> Any:
        try:
            return function(argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # Not written as CloudFormation has it, which cfn-lint explains better.
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
            "Fn::ImportValue": self._import,
        }
        if name in known_functions:
            return known_functions[name]
        return lambda argument: self._unresolved(name, argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _ABSENT
        if name in self._references:
            return self._references[name]
        if name in self._stored and self._elsewhere is not None:
            found = self._elsewhere.stored(self._stored[name])
            if found is not None:
                return found
        return Unknown(
            expression=f"${{{name}}}", resource=self._key(name) if name in self._resources else None
        )

    def _key(self, logical_id: str) -> str:
        return f"{self._scope}#{logical_id}" if self._scope else logical_id

    def _attribute(self, argument: Any) -> Any:
        logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        if self._elsewhere is not None and isinstance(attribute, str):
            found = (
                self._elsewhere.output(logical_id, attribute.removeprefix(_OUTPUTS))
                if attribute.startswith(_OUTPUTS)
                else self._elsewhere.handed_over(attribute)
            )
            if found is not None:
                return found
        if attribute == "Arn" and logical_id in self._role_names:
            name = self._role_names[logical_id]
            return Unknown(
                expression=f"${{{logical_id}.Arn}}/{name}", resource=self._key(logical_id)
            )
        return Unknown(expression=f"${{{logical_id}.{attribute}}}", resource=self._key(logical_id))

    def _import(self, argument: Any) -> Any:
        name = self._resolve(argument)
        if isinstance(name, str) and self._elsewhere is not None:
            found = self._elsewhere.imported(name)
            if found is not None:
                return found
        return self._unresolved("Fn::ImportValue", str(name))

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
        holds = self._conditions.holds(condition)
        if holds is not None:
            return yes if holds else no
        if self._optional_counts and (yes is _ABSENT or no is _ABSENT):
            return no if yes is _ABSENT else yes
        return yes if yes == no else Unknown(expression=f"${{If {condition}}}", either=(yes, no))

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
    if len(text) > _LONGEST_TEXT:
        # References that double each other; CloudFormation's own limit of a template is 1 MB.
        return Unknown(expression="a text beyond CloudFormation's limits")
    open_ones = any(isinstance(piece, Unknown | Mapping | list) for piece in pieces)
    return Unknown(expression=text) if open_ones else text
