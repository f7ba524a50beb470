"""Where the tasks of a service run: launch type, capacity providers, placement."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import AwsName, Text
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import within

Launch = Literal["ec2", "fargate", "external", "managed_instances"]
Architecture = Literal["x86_64", "arm64"]
AWSVPC_ONLY = ("fargate", "managed_instances")
"""Launch types whose tasks have a network interface of their own."""


class CapacityProvider(BaseModel):
    """A share of a service's tasks for one capacity provider."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: AwsName = Field(description="such as `FARGATE_SPOT`")
    weight: Annotated[int, AfterValidator(within(0, 1000, "1 is usual."))] = Field(
        default=1, description="its share of the tasks beyond `base`"
    )
    base: Annotated[int, AfterValidator(within(0, 100000, "0 is usual."))] = Field(
        default=0, description="how many tasks it gets first; one provider may have some"
    )

    @property
    def configuration(self) -> dict[str, Any]:
        """The share as ECS's API spells it."""
        return {"capacityProvider": self.name, "weight": self.weight, "base": self.base}


_PACKED_BY = ("cpu", "memory")
_MOST_STRATEGIES = 5


def _few(strategies: tuple[PlacementStrategy, ...]) -> tuple[PlacementStrategy, ...]:
    if len(strategies) > _MOST_STRATEGIES:
        raise InvalidValueError(
            Problem(
                what=f"must be at most {_MOST_STRATEGIES}",
                got=str(len(strategies)),
                fix="Keep those that decide.",
            )
        )
    return strategies


class PlacementStrategy(BaseModel):
    """How ECS chooses instances."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    type: Literal["spread", "binpack", "random"] = Field(description="as ECS names it")
    field: Text | None = Field(
        default=None, description="such as `attribute:ecs.availability-zone`, `cpu` or `memory`"
    )

    @model_validator(mode="after")
    def _what_it_takes(self) -> Self:
        if (self.type == "random") is (self.field is not None):
            raise InvalidValueError(
                Problem(
                    what="must have field for spread and binpack, and none for random",
                    got=f"{self.type} {'with' if self.field is not None else 'without'} one",
                    fix="Such as attribute:ecs.availability-zone.",
                )
            )
        if self.type == "binpack" and self.field not in _PACKED_BY:
            raise InvalidValueError(
                Problem(
                    what="must have field cpu or memory for binpack",
                    got=f"'{self.field}'",
                    fix="Choose one of these.",
                )
            )
        return self


class Placement(BaseModel):
    """On which instances of a cluster tasks may run; EC2 and External only."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    strategies: Annotated[
        tuple[PlacementStrategy, ...], Field(strict=False), AfterValidator(_few)
    ] = Field(default=(), description="in the order they are applied, at most 5")
    distinct_instances: bool = Field(default=False, description="no two tasks on one instance")
    member_of: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="expressions of ECS's query language that an instance must meet"
    )

    @property
    def strategy_list(self) -> list[dict[str, Any]]:
        """The strategies as ECS's API spells them."""
        return [
            {"type": one.type, **({} if one.field is None else {"field": one.field})}
            for one in self.strategies
        ]

    @property
    def constraint_list(self) -> list[dict[str, Any]]:
        """The constraints as ECS's API spells them."""
        distinct = [{"type": "distinctInstance"}] if self.distinct_instances else []
        return [*distinct, *({"type": "memberOf", "expression": one} for one in self.member_of)]
