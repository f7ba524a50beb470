"""Gathers what the roles of a template may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.templates.model import Place, Resource, Role, Statement
from cdk_ecs_xray.unknown import Text, Unknown, known

_ROLE = "AWS::IAM::Role"
_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


def roles_of(resources: Sequence[Resource]) -> Mapping[str, Role]:
    """Return the roles of a template by logical id, policies of all kinds included."""
    policies = [resource for resource in resources if resource.type in _ATTACHED]
    return {
        resource.logical_id: _role(resource, policies)
        for resource in resources
        if resource.type == _ROLE
    }


def statements_of(resource: Resource) -> Sequence[Statement]:
    """Return the statements that a role or policy brings."""
    properties = resource.properties
    documents = [properties.get("PolicyDocument")]
    documents += [
        policy.get("PolicyDocument")
        for policy in entries(properties.get("Policies"))
        if isinstance(policy, Mapping)
    ]
    return [one for document in documents for one in _statements(resource.place, document)]


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
        policy.logical_id: policy
        for policy in policies
        if _names(role, entries(policy.properties.get("Roles")))
        or _names(role, entries(policy.properties.get("RoleName")))
    }
    managed = managed_policies_of(role)
    by_id = {policy.logical_id: policy for policy in policies}
    for arn in managed:
        if isinstance(arn, Unknown) and arn.resource in by_id:
            own[arn.resource] = by_id[arn.resource]
    elsewhere = [arn for arn in managed if not (isinstance(arn, Unknown) and arn.resource in by_id)]
    name = role.properties.get("RoleName")
    return Role(
        place=role.place,
        logical_id=role.logical_id,
        name=name if name is None or isinstance(name, Unknown) else str(name),
        statements=[one for part in (role, *own.values()) for one in statements_of(part)],
        managed_policies=elsewhere,
        complete=all(_is_documented(arn) for arn in elsewhere)
        and not isinstance(role.properties.get("Policies"), Unknown)
        and not isinstance(role.properties.get("ManagedPolicyArns"), Unknown),
    )


def _names(role: Resource, names: Sequence[object]) -> bool:
    own_name = known(role.properties.get("RoleName"))
    return any(
        (isinstance(name, Unknown) and name.resource == role.logical_id)
        or (own_name is not None and name == own_name)
        for name in names
    )


def _is_documented(arn: Text) -> bool:
    # What AWS's own policies hold is documented; what a customer's policy holds, only they know.
    return str(arn).startswith("arn:") and ":iam::aws:policy/" in str(arn)


def _statements(place: Place, document: object) -> Iterator[Statement]:
    if not isinstance(document, Mapping):
        return
    for statement in entries(document.get("Statement")):
        if not isinstance(statement, Mapping):
            continue
        yield Statement(
            place=place,
            sid=str(statement.get("Sid", "")),
            effect=str(statement.get("Effect", "")),
            actions=[_text(one) for one in entries(statement.get("Action"))],
            resources=[_text(one) for one in entries(statement.get("Resource"))],
            conditional="Condition" in statement,
        )


def _text(value: object) -> Text:
    return value if isinstance(value, Unknown) else str(value)
