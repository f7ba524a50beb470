"""``cluster`` of an environment: where all its services run."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import AwsName, shorthand, shorthand_schema
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, within

# "Amazon EC2 instance type naming conventions": a g after the generation is a Graviton processor.
_GRAVITON = re.compile(r"a1\.|[a-z]+\d+[a-z]*g[a-z]*[.-]")


def _of_x86(instance_type: str) -> str:
    if _GRAVITON.match(instance_type):
        raise InvalidValueError(
            Problem(
                what="must be of the x86_64 architecture, as the instances' image is",
                got=f"'{instance_type}'",
                fix="Such as t3.small, or join a cluster that has ARM64.",
            )
        )
    return instance_type


InstanceType = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type like t3.small", fix="Choose one."
        )
    ),
    AfterValidator(_of_x86),
]
InstanceCount = Annotated[int, AfterValidator(within(1, 100, "1 is enough for a first try."))]


class NewCluster(BaseModel):
    """The EC2 cluster that a service gets when it does not join one.

    Provisions a VPC without NAT gateways, a cluster and an Auto Scaling group. Costs its
    instances and their public IPv4 addresses.

    :param instance_type: an EC2 instance type of the x86_64 architecture.
    :param instance_count: how many instances, 1 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    instance_type: InstanceType = Field(
        default="t3.small", description="of the x86_64 architecture"
    )
    instance_count: InstanceCount = Field(default=1, description="1 to 100")


class CreatedCluster(BaseModel):
    """A cluster that is created once for all services of an environment, in a stack of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    capacity: Literal["fargate", "ec2", "managed_instances"] = Field(
        description="`fargate` needs no instances, `ec2` has the next two, `managed_instances` "
        "leaves them to ECS"
    )
    instance_type: InstanceType = Field(default="t3.small", description="of `ec2`")
    instance_count: InstanceCount = Field(default=1, description="of `ec2`")
    container_insights: Literal["disabled", "enabled", "enhanced"] = Field(
        default="disabled", description="metrics of CloudWatch, which cost by the metric"
    )

    @model_validator(mode="after")
    def _instances_of_ec2(self) -> Self:
        given = sorted(self.model_fields_set & {"instance_type", "instance_count"})
        if given and self.capacity != "ec2":
            raise InvalidValueError(
                Problem(
                    what=f"must have no {' and '.join(given)} with capacity {self.capacity}",
                    got="some",
                    fix="Remove them, or set capacity: ec2.",
                )
            )
        return self


class Cluster(BaseModel):
    """An existing cluster, which a text names too, or one that is created."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: AwsName | None = Field(default=None, description="of an existing one")
    create: CreatedCluster | None = Field(default=None, description="one for all services")


ClusterKey = Annotated[
    Cluster,
    shorthand("name"),
    Field(json_schema_extra=shorthand_schema("string")),
]
"""A name alone, or a mapping that says more."""
