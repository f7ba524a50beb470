"""``cluster`` of an environment: where all its services run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cdk_ecs_xray.environments.values import AwsName, shorthand, shorthand_schema
from cdk_ecs_xray.files.field_limits import matching, within

InstanceType = Annotated[
    str,
    AfterValidator(matching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type like t3.small")),
]
InstanceCount = Annotated[int, AfterValidator(within(1, 100, "1 is enough for a first try."))]


class NewCluster(BaseModel):
    """The EC2 cluster that a service gets when it does not join one.

    Provisions a VPC without NAT gateways, a cluster and an Auto Scaling group. Costs its
    instances and their public IPv4 addresses.

    :param instance_type: an EC2 instance type of the x86_64 architecture.
    :param instance_count: how many instances, 1 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    instance_type: InstanceType = Field(
        default="t3.small", description="of the x86_64 architecture"
    )
    instance_count: InstanceCount = Field(default=1, description="1 to 100")


class CreatedCluster(BaseModel):
    """A cluster that is created once for all services of an environment, in a stack of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    capacity: Literal["fargate", "ec2", "managed_instances"] = Field(
        description="`fargate` needs no instances, `ec2` has the next two, `managed_instances` "
        "leaves them to ECS"
    )
    instance_type: InstanceType = Field(default="t3.small", description="of `ec2`")
    instance_count: InstanceCount = Field(default=1, description="of `ec2`")
    container_insights: Literal["disabled", "enabled", "enhanced"] = Field(
        default="disabled", description="metrics of CloudWatch, which cost by the metric"
    )


class Cluster(BaseModel):
    """An existing cluster, which a text names too, or one that is created."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: AwsName | None = Field(default=None, description="of an existing one")
    create: CreatedCluster | None = Field(default=None, description="one for all services")


ClusterKey = Annotated[
    Cluster,
    shorthand("name"),
    Field(json_schema_extra=shorthand_schema("string")),
]
"""A name alone, or a mapping that says more."""
