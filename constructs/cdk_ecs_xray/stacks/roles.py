"""The IAM roles of a service's tasks, and what they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray.environments.access import Statement
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.tokens import attribute, with_tokens

_VERSION = "2012-10-17"


def trust(service: str, *, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the policy that lets a service of AWS assume a role."""
    statement = {
        "Action": "sts:AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": service},
        **({} if condition is None else {"Condition": dict(condition)}),
    }
    return {"Statement": [statement], "Version": _VERSION}


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """Return a policy of statements."""
    return {"Statement": with_tokens(list(statements)), "Version": _VERSION}


def add_role(contents: Contents, logical_id: str, *, service: str) -> str:
    """Provision a role that a service of AWS assumes; return its ARN."""
    contents.add(logical_id, "AWS::IAM::Role", {"AssumeRolePolicyDocument": trust(service)})
    return attribute(logical_id, "Arn")


def add_policy(
    contents: Contents, logical_id: str, *, role_name: str, statements: Sequence[Statement]
) -> str | None:
    """Provision a policy of a role; return its logical id, None where there is nothing to allow."""
    if not statements:
        return None
    contents.add(
        logical_id,
        "AWS::IAM::Policy",
        {
            "PolicyDocument": document(statements),
            "PolicyName": logical_id,
            "Roles": [role_name],
        },
    )
    return logical_id


def tell_what_is_needed(
    scope: Construct, *, role: str, kind: str, statements: Sequence[Statement]
) -> None:
    """Say what an existing role must allow, as nothing is added to it."""
    for one in statements:
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        resources = one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
        shown = [part for part in resources if isinstance(part, str) and "${Token" not in part]
        problem = Problem(
            what=f"the {kind} role '{role}' must allow {', '.join(actions)} on "
            f"{', '.join(shown) or 'what this stack creates'}",
            fix="Nothing is added to a role that exists.",
        )
        cdk.Annotations.of(scope).add_info_v2("ecs-xray:existing-role", str(problem))


def name_of(role: str) -> str:
    """Return the name of a role that is given by name or by ARN, for its policies."""
    return role.rpartition("/")[2] if role.startswith("arn:") else role
