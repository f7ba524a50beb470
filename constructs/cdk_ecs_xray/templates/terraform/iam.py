"""Roles, policies and what attaches them, of Terraform's, with CloudFormation's properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.attributes import Attributes
from cdk_ecs_xray.templates.terraform.reading import MANAGED_POLICY, ROLE, Reading
from cdk_ecs_xray.unknown import Text, Unknown


def role(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    """Return the properties of ``AWS::IAM::Role``."""
    attributes = reading.connections.attributes(resource)
    inline = attributes.get("inline_policy")
    managed = attributes.get("managed_policy_arns")
    return {
        "RoleName": attributes.text("name"),
        "Path": attributes.text("path"),
        "PermissionsBoundary": attributes.text("permissions_boundary"),
        "AssumeRolePolicyDocument": reading.document(resource, "assume_role_policy"),
        "ManagedPolicyArns": managed
        if isinstance(managed, Unknown)
        else reading.connections.many(resource, "managed_policy_arns", to=MANAGED_POLICY),
        "Policies": inline
        if isinstance(inline, Unknown)
        else [
            {"PolicyName": block.text("name"), "PolicyDocument": _inline(resource, block)}
            for block in attributes.blocks("inline_policy")
            if block.text("policy") is not None
        ],
    }


def _inline(resource: TerraformResource, block: Attributes) -> Any:
    value = block.get("policy")
    return value if isinstance(value, Unknown) else _parsed(resource, value)


def _parsed(resource: TerraformResource, value: Any) -> Any:
    found = json_or_none(value) if isinstance(value, str) else None
    return found if isinstance(found, Mapping) else Attributes.of(resource).later("inline_policy")


def role_policy(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    """Return the properties of ``AWS::IAM::RolePolicy``."""
    return {
        "PolicyName": reading.connections.attributes(resource).text("name"),
        "RoleName": reading.connections.one(resource, "role", to=ROLE),
        "PolicyDocument": reading.document(resource, "policy"),
    }


def managed_policy(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    """Return the properties of ``AWS::IAM::ManagedPolicy``."""
    attributes = reading.connections.attributes(resource)
    return {
        "ManagedPolicyName": attributes.text("name"),
        "Path": attributes.text("path"),
        "Description": attributes.text("description"),
        "PolicyDocument": reading.document(resource, "policy"),
    }


def attachment(*, roles: str, policies: str) -> Callable[..., Mapping[str, Any]]:
    """Return what reads a type that attaches policies to roles, by its two attributes."""

    def read(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
        return {
            "Roles": _named(resource, roles, reading, to=ROLE),
            "ManagedPolicyArns": _named(resource, policies, reading, to=MANAGED_POLICY),
        }

    return read


def _named(resource: TerraformResource, name: str, reading: Reading, *, to: str) -> Sequence[Text]:
    """Return what one attribute names: several resources where its name is a plural."""
    if name.endswith("s"):
        return reading.connections.many(resource, name, to=to)
    found = reading.connections.one(resource, name, to=to)
    return [] if found is None else [found]
