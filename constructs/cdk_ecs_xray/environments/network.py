"""``vpc``: the network that the account has already, by id, by parameter or by export."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from cdk_ecs_xray.environments.values import SecurityGroupId, SubnetId, VpcId, resolved


class Vpc(BaseModel):
    """A VPC; nothing of it is looked up, so synthesis needs no account.

    Each value is an id, ``ssm:PARAMETER`` or ``export:NAME``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    id: VpcId | None = Field(default=None, description="needed for target groups and new clusters")
    subnets: Annotated[tuple[SubnetId, ...], Field(strict=False)] = Field(
        default=(), description="of tasks in awsvpc mode and of new instances"
    )
    security_groups: Annotated[tuple[SecurityGroupId, ...], Field(strict=False)] = Field(
        default=(), description="likewise; without them the VPC's default"
    )
    public_subnets: Annotated[tuple[SubnetId, ...], Field(strict=False)] = Field(
        default=(), description="of new load balancers that face the internet"
    )
    assign_public_ip: bool = Field(
        default=False, description="a public address for each Fargate task"
    )

    def configuration(self, *, may_be_public: bool) -> dict[str, Any]:
        """Return the network of tasks in awsvpc mode as ECS's API spells it."""
        found: dict[str, Any] = {"subnets": [resolved(subnet) for subnet in self.subnets]}
        if self.security_groups:
            found["securityGroups"] = [resolved(group) for group in self.security_groups]
        if may_be_public:
            found["assignPublicIp"] = "ENABLED" if self.assign_public_ip else "DISABLED"
        return {"awsvpcConfiguration": found}
