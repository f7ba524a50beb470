"""Types that ministack doesn't know: what a stack of them does, from creation to deletion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

if TYPE_CHECKING:
    from tests.end_to_end.embedded_aws.conftest import Stack

NAT = "AWS::EC2::NatGateway"
QUERY = "AWS::Logs::QueryDefinition"


def template(resources: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    return {
        "Resources": {
            name: {"Type": kind, "Properties": properties}
            for name, (kind, properties) in resources.items()
        },
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


def query(**properties: Any) -> tuple[str, dict[str, Any]]:
    return QUERY, {"Name": "faults", "QueryString": "fields @message", **properties}


NETWORK = template(
    {
        "Address": ("AWS::EC2::EIP", {"Domain": "vpc"}),
        "Nat": (
            NAT,
            {
                "SubnetId": "subnet-1",
                "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
            },
        ),
        "Group": ("AWS::EC2::SecurityGroup", {"GroupDescription": "orders"}),
        "In": (
            "AWS::EC2::SecurityGroupIngress",
            {
                "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": "443",
                "ToPort": 443,
                "CidrIp": "10.0.0.0/8",
            },
        ),
        "Target": (
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {
                "MinCapacity": 0,
                "MaxCapacity": 4,
                "ResourceId": "service/shared/orders",
                "ScalableDimension": "ecs:service:DesiredCount",
                "ServiceNamespace": "ecs",
            },
        ),
        "Policy": (
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            {
                "PolicyName": "cpu",
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 60},
            },
        ),
    },
    Nat={"Ref": "Nat"},
    NatId={"Fn::GetAtt": ["Nat", "NatGatewayId"]},
    Address={"Ref": "Address"},
    Allocation={"Fn::GetAtt": ["Address", "AllocationId"]},
    Target={"Ref": "Target"},
    Policy={"Ref": "Policy"},
)


def test_references_and_attributes_are_those_of_the_schema(stack: Stack) -> None:
    assert stack.create(NETWORK) == "CREATE_COMPLETE", stack.reasons()

    found = stack.outputs()
    assert found["Nat"] == found["NatId"]
    assert found["Nat"].startswith("nat-")
    assert found["Allocation"].startswith("eipalloc-")
    assert found["Address"].startswith("203.0.113.")
    assert found["Target"] == "service/shared/orders|ecs:service:DesiredCount|ecs"
    assert found["Policy"].startswith("arn:aws:applicationautoscaling:us-east-1:000000000000:")
    assert stack.delete() == "DELETE_COMPLETE"


def test_each_type_is_announced_once(aws: EmbeddedAws, stack: Stack) -> None:
    stack.create(template({"One": query(), "Two": query(Name="slow")}))

    assert list(aws.inert_types()).count(QUERY) == 1
    assert "AWS::EC2::SecurityGroup" not in aws.inert_types()


def test_a_property_that_the_schema_refuses_fails_the_creation(stack: Stack) -> None:
    assert stack.create(template({"Query": query(LogGroup="/one")})) == "ROLLBACK_COMPLETE"

    assert any(
        "Properties validation failed for resource Query with message:\n"
        "#: extraneous key [LogGroup] is not permitted" in reason
        for reason in stack.reasons()
    )


def test_a_type_that_nobody_knows_is_refused_as_on_aws(stack: Stack) -> None:
    with pytest.raises(Exception, match=r"Unrecognized resource types: \[AWS::Logs::Questions\]"):
        stack.create(template({"One": ("AWS::Logs::Questions", {})}))


def test_an_update_keeps_the_resource_or_replaces_it_as_the_schema_says(stack: Stack) -> None:
    nat = {"SubnetId": "subnet-1", "ConnectivityType": "private"}
    stack.create(template({"Nat": (NAT, nat)}))
    first = stack.physical_id("Nat")

    assert stack.update(template({"Nat": (NAT, nat | {"MaxDrainDurationSeconds": 0})})) == (
        "UPDATE_COMPLETE"
    )
    assert stack.physical_id("Nat") == first

    assert stack.update(template({"Nat": (NAT, nat | {"SubnetId": "subnet-2"})})) == (
        "UPDATE_COMPLETE"
    )
    assert stack.physical_id("Nat") != first
    assert stack.drift()["Nat"] == ("IN_SYNC", [])


def test_a_refused_update_goes_back(stack: Stack) -> None:
    stack.create(template({"Query": query()}))

    assert stack.update(template({"Query": query(QueryString="")})) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.drift()["Query"] == ("IN_SYNC", [])


def test_what_changes_behind_the_stacks_back_is_drift(aws: EmbeddedAws, stack: Stack) -> None:
    stack.create(template({"Query": query(), "Gone": query(Name="slow")}))
    control = aws.client("cloudcontrol")
    patch = json.dumps([{"op": "replace", "path": "/QueryString", "value": "fields @log"}])
    control.update_resource(
        TypeName=QUERY, Identifier=stack.physical_id("Query"), PatchDocument=patch
    )
    control.delete_resource(TypeName=QUERY, Identifier=stack.physical_id("Gone"))

    assert stack.drift() == {"Query": ("MODIFIED", ["/QueryString"]), "Gone": ("DELETED", [])}
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_name_that_is_taken_is_refused(stack: Stack) -> None:
    provider = (
        "AWS::ECS::CapacityProvider",
        {"Name": "spot", "AutoScalingGroupProvider": {"AutoScalingGroupArn": "asg"}},
    )

    assert stack.create(template({"One": provider, "Two": provider})) == "ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in stack.reasons())


def test_accounts_have_their_own(stack_in: Any) -> None:
    provider = (
        "AWS::ECS::CapacityProvider",
        {"Name": "spot", "AutoScalingGroupProvider": {"AutoScalingGroupArn": "asg"}},
    )

    for account in ("111122223333", "444455556666"):
        assert stack_in(account=account).create(template({"One": provider})) == "CREATE_COMPLETE"
