"""The public classes and functions with their parameters, from signatures and docstrings."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

import cdk_ecs_xray
from tools.reference.table import cell, prose, table

# What a tool passes for whoever calls it, and no option of anybody's.
_BY_POSITION = {"self", "scope", "construct_id"}


def options() -> str:
    """Return a section for each public name but the errors, in the order of the alphabet."""
    shown = {
        name: one
        for name in sorted(cdk_ecs_xray.__all__, key=str.lower)
        if not (
            inspect.isclass(one := getattr(cdk_ecs_xray, name)) and issubclass(one, BaseException)
        )
        and callable(one)
    }
    return "\n".join(_section(name, one) for name, one in shown.items())


def _section(name: str, one: Any) -> str:
    said, fields, raised = _parts(inspect.getdoc(one) or "")
    rows = [
        (f"`{option}`", _default(default), cell(fields.get(option, "")))
        for option, default in _parameters(one).items()
    ]
    return "\n".join(
        [
            f"## {name}",
            "",
            *(line for paragraph in said for line in (prose(paragraph), "")),
            *(table(("option", "default", ""), rows) if rows else ()),
            *(line for error, text in raised for line in (f"Raises `{error}` {prose(text)}", "")),
        ]
    )


def _parts(doc: str) -> tuple[list[str], dict[str, str], list[tuple[str, str]]]:
    """Return a docstring's paragraphs, what it says of parameters, and of errors."""
    before, marked, fields = doc.partition("\n\n:")
    text = f":{fields}" if marked else ""
    params, raised = {}, []
    for part in re.split(r"^(?=:\w)", text, flags=re.MULTILINE):
        match = re.match(r":(param|raises) (\w+): ?(.*)", part, re.DOTALL)
        if match is not None and match[1] == "param":
            params[match[2]] = match[3].strip()
        elif match is not None:
            raised.append((match[2], match[3].strip()))
    return before.split("\n\n"), params, raised


def _parameters(one: Any) -> Mapping[str, Any]:
    """Return the parameters that a caller names, each with its default."""
    if inspect.isclass(one) and issubclass(one, BaseModel):
        return {name: _of_field(field) for name, field in one.model_fields.items()}
    called = one.__init__ if inspect.isclass(one) and not dataclasses.is_dataclass(one) else one
    if getattr(one, "_is_protocol", False):
        return {}
    return {
        name: parameter.default
        for name, parameter in inspect.signature(inspect.unwrap(called)).parameters.items()
        if name not in _BY_POSITION
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    }


def _of_field(field: Any) -> Any:
    return inspect.Parameter.empty if field.is_required() else field.get_default()


def _default(value: Any) -> str:
    if value is inspect.Parameter.empty:
        return "required"
    if value is None:
        return ""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _constant(value)
    if inspect.isclass(type(value)) and hasattr(value, "name") and hasattr(value, "value"):
        return f"`{type(value).__name__}.{value.name}`"
    return f"`{value!r}`".replace("|", "\\|")


def _constant(value: Any) -> str:
    """Return the name under which a class keeps a value of its own, such as a profile."""
    for name, one in vars(type(value)).items():
        if one == value:
            return f"`{type(value).__name__}.{name}`"
    return f"`{type(value).__name__}(…)`"


def names() -> Iterator[str]:
    """Yield the names that have a section."""
    yield from re.findall(r"^## (\w+)$", options(), re.MULTILINE)
