"""Reads the JSON texts in attributes: policy documents, and lists of containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.files.container_keys import in_api_spelling
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.spelling import declared
from cdk_ecs_xray.templates.terraform.addresses import within
from cdk_ecs_xray.templates.terraform.attributes import Attributes
from cdk_ecs_xray.templates.terraform.configuration import Configuration
from cdk_ecs_xray.unknown import Unknown

_POLICY = "aws_iam_policy_document"
# What adds statements that are not in the block itself.
_ADDED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


def containers_in(value: object) -> Sequence[Mapping[str, Any]] | None:
    """Return the containers of ``container_definitions`` in CloudFormation's spelling.

    None where the value holds no list of containers.
    """
    listed = json_or_none(value) if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        return None
    try:
        spelled = in_api_spelling(listed)
    except KeyError:
        # A key twice, in two spellings: nobody knows which of them counts.
        return None
    found: Sequence[Mapping[str, Any]] = declared(spelled, "containerDefinitions")
    return found


def policy_document(
    resource: TerraformResource,
    name: str,
    value: Any,
    *,
    configuration: Configuration,
    data: Mapping[str, Mapping[str, Any]],
) -> Any:
    """Return a policy document; Unknown where nobody knows what it holds.

    :param value: of the attribute that holds it as JSON.
    :param data: what data sources were read as, by address.
    """
    if isinstance(value, str):
        found = json_or_none(value)
        return found if isinstance(found, Mapping) else Attributes.of(resource).later(name)
    if not isinstance(value, Unknown):
        return None
    sources = configuration.sources(resource, name)
    if not sources.complete or sources.addresses or len(sources.data) != 1:
        return value
    module, kind, called = sources.data[0]
    if kind != _POLICY:
        return value
    read = data.get(within(module, f"data.{kind}.{called}"), {}).get("json")
    found = json_or_none(read) if isinstance(read, str) else None
    if isinstance(found, Mapping):
        return found
    declared_source = configuration.declaration(module, f"data.{kind}.{called}")
    return value if declared_source is None else _as_declared(declared_source, value)


def _as_declared(source: Mapping[str, Any], rest: Unknown) -> Any:
    """Return the statements that a data source declares; what they leave open allows anything.

    Dynamic blocks are not in the JSON, so there may always be more statements than these.
    """
    expressions = source.get("expressions")
    if not isinstance(expressions, Mapping) or any(name in expressions for name in _ADDED):
        return rest
    listed = expressions.get("statement")
    statements = [
        _statement(block, rest)
        for block in (listed if isinstance(listed, list) else ())
        if isinstance(block, Mapping)
    ]
    open_one = {"Effect": "Allow", "Action": rest, "Resource": rest}
    return {"Statement": [*statements, open_one]}


def _statement(block: Mapping[str, Any], rest: Unknown) -> Mapping[str, Any]:
    effect = block.get("effect")
    constant = effect.get("constant_value", "Allow") if isinstance(effect, Mapping) else "Allow"
    statement: dict[str, Any] = {"Effect": constant}
    for name, member in _LISTS.items():
        if name in block:
            inner = block[name]
            found = inner.get("constant_value") if isinstance(inner, Mapping) else None
            statement[member] = rest if found is None else found
    if block.get("condition"):
        statement["Condition"] = {"Unread": True}
    return statement
