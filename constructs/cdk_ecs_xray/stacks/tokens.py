"""Data with CloudFormation's functions in it, as CDK's typed properties take it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import aws_cdk as cdk

from cdk_ecs_xray.templates.spelling import MAP_MEMBERS

_PLACEHOLDER = re.compile(r"\$\{(?!Token\[)")


def ref(logical_id: str) -> str:
    """Return what a resource's ``Ref`` becomes."""
    return _token(json.dumps({"Ref": logical_id}))


def attribute(logical_id: str, name: str) -> str:
    """Return what an attribute of a resource becomes."""
    return _token(json.dumps({"Fn::GetAtt": [logical_id, name]}))


def with_tokens(value: Any) -> Any:
    """Return data with a token for each function, and each ``${`` as the text that it is.

    In a template ``${HOME}`` reads as a parameter outside of ``Fn::Sub``, which CloudFormation's
    validation takes for a mistake; in two pieces it is text, for the app to expand.
    """
    if isinstance(value, str):
        return value if _PLACEHOLDER.search(value) is None else _token(json.dumps(_pieces(value)))
    if isinstance(value, list | tuple):
        return [with_tokens(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and next(iter(value)).startswith("Fn::"):
        return _token(json.dumps(value))
    return {
        name: dict(one) if name in MAP_MEMBERS and not _holds_placeholder(one) else with_tokens(one)
        for name, one in value.items()
    }


@cache
def _token(function: str) -> str:
    # A token belongs to no stack, so that all services share one for the same function.
    return cdk.Token.as_string(json.loads(function))


def _pieces(value: str) -> dict[str, Any]:
    first, *others = _PLACEHOLDER.split(value)
    joined = [first, *(f"{{{piece}" for piece in others)]
    return {"Fn::Join": ["", [*(f"{piece}$" for piece in joined[:-1]), joined[-1]]]}


def _holds_placeholder(value: Any) -> bool:
    return isinstance(value, Mapping) and any(
        isinstance(one, str) and _PLACEHOLDER.search(one) is not None for one in value.values()
    )
