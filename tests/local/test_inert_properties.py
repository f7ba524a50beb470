"""What CloudFormation's schemas refuse, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.local.inert.properties import check_properties
from cdk_ecs_xray.local.inert.schemas import Schema, schema_of

NAT = "AWS::EC2::NatGateway"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
PROVIDER = "AWS::ECS::CapacityProvider"
INGRESS = "AWS::EC2::SecurityGroupIngress"
QUERY = "AWS::Logs::QueryDefinition"
TARGET_PROPERTIES = {
    "MaxCapacity": 4,
    "MinCapacity": 0,
    "ResourceId": "service/shared/orders",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ServiceNamespace": "ecs",
}


def schema(kind: str) -> Schema:
    found = schema_of(kind)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (NAT, {"SubnetId": "subnet-1", "AllocationId": "eipalloc-1"}),
        (NAT, {"SubnetId": "subnet-1", "MaxDrainDurationSeconds": "350"}),
        (NAT, {"SubnetId": "subnet-1", "Tags": [{"Key": "team", "Value": "orders"}]}),
        (TARGET, TARGET_PROPERTIES),
        (TARGET, TARGET_PROPERTIES | {"MaxCapacity": "4", "MinCapacity": "0"}),
        (INGRESS, {"IpProtocol": "tcp", "FromPort": "80", "ToPort": 80, "GroupId": "sg-1"}),
        (INGRESS, {"IpProtocol": -1, "GroupId": "sg-1"}),
        (QUERY, {"Name": "faults", "QueryString": "fields @message"}),
        (
            PROVIDER,
            {
                "AutoScalingGroupProvider": {
                    "AutoScalingGroupArn": "asg",
                    "ManagedScaling": {"Status": "ENABLED", "TargetCapacity": 100},
                }
            },
        ),
    ],
)
def test_what_cloudformation_takes_is_taken(kind: str, properties: dict[str, Any]) -> None:
    check_properties(schema(kind), "One", properties)


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        (NAT, {"SubnetID": "subnet-1"}, "#: extraneous key [SubnetID] is not permitted"),
        (NAT, {"NatGatewayId": "nat-1"}, "#: extraneous key [NatGatewayId] is not permitted"),
        (NAT, {"MaxDrainDurationSeconds": "soon"},
         "#/MaxDrainDurationSeconds: expected type: Integer, found: String"),
        (NAT, {"SubnetId": ["subnet-1"]}, "#/SubnetId: expected type: String, found: JSONArray"),
        (NAT, {"Tags": [{"Key": "team"}]}, "#/Tags/0: required key [Value] not found"),
        (TARGET, {}, "#: required key [ResourceId] not found"),
        (TARGET, TARGET_PROPERTIES | {"MaxCapacity": True},
         "#/MaxCapacity: expected type: Integer, found: Boolean"),
        (PROVIDER, {"AutoScalingGroupProvider": {}},
         "#/AutoScalingGroupProvider: required key [AutoScalingGroupArn] not found"),
        (PROVIDER, {"AutoScalingGroupProvider": {"AutoScalingGroupArn": "a",
                                                 "ManagedScaling": {"Status": "ON"}}},
         "#/AutoScalingGroupProvider/ManagedScaling/Status: failed validation constraint for "
         "keyword [enum]"),
        (QUERY, {"Name": "", "QueryString": "q"},
         "#/Name: failed validation constraint for keyword [minLength]"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_is_refused_in_cloudformations_words(
    kind: str, properties: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match="Properties validation failed for resource One") as raised:
        check_properties(schema(kind), "One", properties)
    assert said in str(raised.value).splitlines()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="Properties validation failed") as raised:
        check_properties(schema(QUERY), "One", {"Nam": "x", "LogGroupNames": "one"})
    assert len(str(raised.value).splitlines()) == 5


def test_a_type_without_a_schema_has_none() -> None:
    assert schema_of("AWS::EC2::NatGatewayy") is None
    assert schema_of("Acme::Orders::Queue") is None


def test_what_a_schema_says_of_a_type_is_read() -> None:
    provider = schema(PROVIDER)

    assert provider.identifier == ["Name"]
    assert "AutoScalingGroupProvider.AutoScalingGroupArn" in provider.create_only
    assert provider.tags == ("Tags", "list")
    assert schema(INGRESS).tags is None
    assert schema("AWS::EC2::EIP").read_only == ["PublicIp", "AllocationId"]
    assert "MasterUserPassword" not in schema("AWS::RDS::DBInstance").readable
