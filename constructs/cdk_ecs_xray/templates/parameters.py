"""What the parameters of a template come to where nobody gives them a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_STORE = "AWS::SSM::Parameter::Value<"


def default_values(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the defaults by parameter; a list where the type is one."""
    return {
        name: _default(kind, default)
        for name, kind, default in _with_default(template)
        # The default of such a parameter is the name of the value, not the value.
        if not kind.startswith("AWS::SSM::")
    }


def stored_parameters(template: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the names in the parameter store that parameters take their values from."""
    return {
        name: str(default)
        for name, kind, default in _with_default(template)
        if kind.startswith(_STORE)
    }


def _with_default(template: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    parameters = template.get("Parameters")
    for name, parameter in (parameters if isinstance(parameters, Mapping) else {}).items():
        if isinstance(parameter, Mapping) and "Default" in parameter:
            yield name, str(parameter.get("Type")), parameter["Default"]


def _default(kind: str, default: object) -> Any:
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in str(default).split(",") if part.strip()]
    return str(default).lower() if isinstance(default, bool) else str(default)
