"""What a template's intrinsic functions come to in a deployed stack. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_NO_VALUE = "AWS::NoValue"


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """A value that only CloudFormation knows.

    :param tail: how it is known to end, such as the name at the end of an ARN.
    """

    tail: str = ""

    def allows(self, actual: object) -> bool:
        """Whether a value in AWS can be this one."""
        return str(actual).endswith(self.tail)


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """What a deployed stack tells: physical ids, parameters, and where it is.

    :param references: what ``Ref`` gives, by logical id, parameter or pseudo parameter.
    :param role_names: the names of its roles by logical id; their ARNs end with them.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    role_names: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Return a value of the template as it is in AWS, with Unresolved where that is unknown."""
        if isinstance(value, list):
            return [self.resolve(one) for one in value if one != {"Ref": _NO_VALUE}]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        return {name: self.resolve(one) for name, one in value.items() if one != {"Ref": _NO_VALUE}}

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self.references.get(argument, Unresolved())
        if name == "Fn::GetAtt":
            return self._attribute(argument)
        if name == "Fn::Join":
            separator, parts = argument
            return _joined(separator, self.resolve(parts))
        if name == "Fn::Sub":
            return self._substituted(argument)
        return Unresolved()

    def _attribute(self, argument: Any) -> Any:
        logical_id, _, attribute = (
            argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
        )
        name = self.role_names.get(logical_id) if attribute == "Arn" else None
        return Unresolved() if name is None else Unresolved(tail=f"/{name}")

    def _substituted(self, argument: Any) -> Any:
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        known = {name: self.resolve(value) for name, value in variables.items()}
        names = _PLACEHOLDER.findall(text)
        values = {
            name: known.get(name, self.references.get(name, Unresolved()))
            if "." not in name
            else Unresolved()
            for name in names
        }
        if any(isinstance(value, Unresolved) for value in values.values()):
            return Unresolved()
        return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


def _joined(separator: str, parts: Any) -> Any:
    if isinstance(parts, Unresolved) or any(isinstance(one, Unresolved) for one in parts):
        return Unresolved()
    return separator.join(map(str, parts))
