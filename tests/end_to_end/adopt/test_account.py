"""What ``adopt`` reads of the account, for each kind of resource that it knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.adopt import Adoption, compared_with_account, plan_adoption, read_state
from cdk_ecs_xray.local import EmbeddedAws
from tests.adopt.environments import assembly, stacks
from tests.adopt.terraform_states import ASSUME, resource, state

PLACE = {"account": "777766665555", "region": "eu-west-1"}
MANAGED = "arn:aws:iam::777766665555:policy/{name}"


def allows(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


READ, WRITE = allows("s3:GetObject"), allows("s3:PutObject")


def terraform(name: str, *, policy: Mapping[str, Any], filter_expression: str) -> list[Any]:
    """A role with a policy inside, a managed policy and an X-Ray group."""
    return [
        resource("aws_iam_role", "role", {
            "name": name, "arn": f"arn:aws:iam::777766665555:role/{name}", "path": "/",
            "assume_role_policy": json.dumps(ASSUME), "max_session_duration": 3600,
            "managed_policy_arns": [MANAGED.format(name=name)],
        }),
        resource("aws_iam_role_policy", "inside", {
            "name": name, "role": name, "policy": json.dumps(policy),
        }),
        resource("aws_iam_policy", "managed", {
            "name": name, "arn": MANAGED.format(name=name), "path": "/",
            "policy": json.dumps(policy),
        }),
        resource("aws_xray_group", "group", {
            "group_name": name, "filter_expression": filter_expression,
            "arn": f"arn:aws:xray:eu-west-1:777766665555:group/{name}/x",
        }),
    ]  # fmt: skip


def template(name: str) -> dict[str, Any]:
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name}},
            "Inside": {
                "Type": "AWS::IAM::RolePolicy",
                "Properties": {"PolicyName": name, "RoleName": name},
            },
            "Managed": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"ManagedPolicyName": name},
            },
            "Group": {"Type": "AWS::XRay::Group", "Properties": {"GroupName": name}},
        }
    }


def asked(
    aws: EmbeddedAws, tmp_path: Path, name: str, resources: list[Any]
) -> Mapping[str, tuple[bool, list[str]]]:
    """Whether each resource is there, and the fields that drifted."""
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(state(*resources)))
    planned = plan_adoption(
        read_state(path), stacks(assembly(tmp_path / "cdk.out", one=template(name))), where="state"
    )
    adoption: Adoption = compared_with_account(planned, lambda _: partial(aws.client, **PLACE))
    return {
        one.logical_id: (one.standing.is_there, [drift.path for drift in one.standing.drift])
        for plan in adoption.stacks
        for one in plan.adopted
        if one.standing is not None
    }


@pytest.fixture
def made(aws: EmbeddedAws, request: pytest.FixtureRequest) -> str:
    """The name of what is in the account: with policies to write, and a group of faults."""
    name = str(request.node.name).rpartition("_")[2]
    iam: Any = aws.client("iam", **PLACE)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ASSUME))
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(WRITE))
    iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(WRITE))
    iam.attach_role_policy(RoleName=name, PolicyArn=MANAGED.format(name=name))
    aws.client("xray", **PLACE).create_group(GroupName=name, FilterExpression="fault")
    return name


def test_what_is_as_the_state_says_is_equal(aws: EmbeddedAws, tmp_path: Path, made: str) -> None:
    resources = terraform(made, policy=WRITE, filter_expression="fault")

    assert asked(aws, tmp_path, made, resources) == {
        name: (True, []) for name in ("Role", "Inside", "Managed", "Group")
    }


def test_what_was_changed_by_hand_has_drifted(aws: EmbeddedAws, tmp_path: Path, made: str) -> None:
    resources = terraform(made, policy=READ, filter_expression="error")
    role = resources[0]["instances"][0]["attributes"]
    role |= {"max_session_duration": 7200, "managed_policy_arns": ["arn:aws:iam::aws:policy/Any"]}

    found = asked(aws, tmp_path, made, resources)

    assert found["Role"] == (True, ["MaxSessionDuration", "ManagedPolicyArns.0"])
    assert found["Inside"] == (True, ["PolicyDocument.Statement.0.Action.0"])
    assert found["Managed"] == (True, ["PolicyDocument.Statement.0.Action.0"])
    assert found["Group"] == (True, ["FilterExpression"])


def test_what_is_gone_is_not_there(aws: EmbeddedAws, tmp_path: Path) -> None:
    resources = terraform("never-made", policy=READ, filter_expression="fault")

    assert asked(aws, tmp_path, "never-made", resources) == {
        name: (False, []) for name in ("Role", "Inside", "Managed", "Group")
    }
