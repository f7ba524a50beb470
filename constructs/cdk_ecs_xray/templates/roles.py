"""Gathers what the roles of a template may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.templates.grants import statements_in
from cdk_ecs_xray.templates.model import PlacedStatement, Resource, Role
from cdk_ecs_xray.templates.spelling import ATTACHMENT
from cdk_ecs_xray.unknown import Text, Unknown, known

_ROLE = "AWS::IAM::Role"
_ROLE_REFERENCE = re.compile(r":role/(?:[^$]*/)?\$\{(?P<name>[^}]+)\}$")
# The last is Terraform's, for what attaches a policy and is a resource of its own.
_ATTACHED = (
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    ATTACHMENT,
)


def roles_of(resources: Sequence[Resource]) -> Mapping[str, Role]:
    """Return the roles of all stacks by key, policies of all kinds and stacks included."""
    # A policy whose condition does not hold grants nothing.
    policies = [one for one in resources if one.type in _ATTACHED and one.exists is not False]
    return {
        resource.key: _role(resource, policies) for resource in resources if resource.type == _ROLE
    }


def role_named(
    arn: object, roles: Mapping[str, Role], *, scope: str, near: Sequence[str]
) -> Role | Unknown | None:
    """Return the role that a task definition names, by reference, ARN or name.

    :param scope: path of the stack that names it.
    :param near: paths of the stacks that a name may mean a role of, the likeliest first.
    """
    if arn is None or arn == "":
        return None
    if isinstance(arn, Unknown) and arn.resource in roles:
        return roles[str(arn.resource)]
    text = str(arn)
    referred = _ROLE_REFERENCE.search(text)
    if referred is not None:
        own = referred["name"]
        found = roles.get(own if "#" in own else f"{scope}#{own}")
        if found is not None:
            return found
    for path in near:
        for role in roles.values():
            if role.place.stack == path and _is_named(text, role):
                return role
    return Unknown(expression=text)


def _is_named(text: str, role: Role) -> bool:
    # ECS takes a role's name as well as its ARN, which has the role's path before the name.
    return isinstance(role.name, str) and (
        text == role.name or (":role/" in text and text.endswith(f"/{role.name}"))
    )


def statements_of(resource: Resource) -> Sequence[PlacedStatement]:
    """Return the statements that a role or policy brings, as far as they are known."""
    return [
        PlacedStatement(place=resource.place, policy=statement)
        for document in _documents(resource)
        for statement in statements_in(document) or ()
    ]


def managed_policies_of(resource: Resource) -> Sequence[Text]:
    """Return the ARNs of the managed policies that a role names."""
    return [
        arn if isinstance(arn, Unknown) else str(arn)
        for arn in entries(resource.properties.get("ManagedPolicyArns"))
    ]


def entries(value: object) -> Sequence[Any]:
    """Return a list as it is, one value as a list of it, and nothing as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _role(role: Resource, policies: Iterable[Resource]) -> Role:
    own = {
        policy.key: policy
        for policy in policies
        if _names(role, entries(policy.properties.get("Roles")))
        or _names(role, entries(policy.properties.get("RoleName")))
    }
    managed = [arn for part in (role, *own.values()) for arn in managed_policies_of(part)]
    by_id = {policy.key: policy for policy in policies}
    for arn in managed:
        if isinstance(arn, Unknown) and arn.resource in by_id:
            own[arn.resource] = by_id[arn.resource]
    elsewhere = [arn for arn in managed if not (isinstance(arn, Unknown) and arn.resource in by_id)]
    name = role.properties.get("RoleName")
    parts = (role, *own.values())
    return Role(
        place=role.place,
        logical_id=role.logical_id,
        key=role.key,
        name=name if name is None or isinstance(name, Unknown) else str(name),
        statements=[statement for part in parts for statement in statements_of(part)],
        managed_policies=elsewhere,
        complete=all(_is_documented(arn) for arn in elsewhere)
        and not any(isinstance(p.properties.get("ManagedPolicyArns"), Unknown) for p in parts)
        and all(
            statements_in(document) is not None for part in parts for document in _documents(part)
        )
        and not any(_may_name(role, policy) for policy in by_id.values()),
        bounded=role.properties.get("PermissionsBoundary") is not None,
    )


def _documents(resource: Resource) -> Sequence[object]:
    """Return the policy documents of a role or policy; Unknown for those that are elsewhere."""
    inline = resource.properties.get("Policies")
    own = resource.properties.get("PolicyDocument")
    return [
        *([] if own is None else [own]),
        *(
            entry.get("PolicyDocument") if isinstance(entry, Mapping) else entry
            for entry in entries(inline)
        ),
    ]


def _may_name(role: Resource, policy: Resource) -> bool:
    """Return whether a policy may be attached to a role, as nobody knows to which it is."""
    listed = policy.properties.get("Roles", policy.properties.get("RoleName"))
    names = [entry for entry in entries(listed) if isinstance(entry, Unknown)]
    return any(name.resource is None and name.may_be(_name_of(role)) for name in names)


def _name_of(role: Resource) -> str:
    name = known(role.properties.get("RoleName"))
    return role.logical_id if name is None else name


def _names(role: Resource, names: Sequence[object]) -> bool:
    own_name = known(role.properties.get("RoleName"))
    return any(
        (isinstance(name, Unknown) and name.resource == role.key)
        or (own_name is not None and name == own_name)
        for name in names
    )


def _is_documented(arn: Text) -> bool:
    # What AWS's own policies hold is documented; what a customer's policy holds, only they know.
    return str(arn).startswith("arn:") and ":iam::aws:policy/" in str(arn)
