"""``deployment``: how a new version takes the place of the old one."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import Text
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import within


class Deployment(BaseModel):
    """Percentages, and what ends a deployment that goes wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    minimum_healthy_percent: (
        Annotated[int, AfterValidator(within(0, 100, "100 keeps all tasks running."))] | None
    ) = Field(default=None, description="of the tasks that stay; ECS's default is 100")
    maximum_percent: (
        Annotated[int, AfterValidator(within(100, 200, "200 starts all new tasks at once."))] | None
    ) = Field(default=None, description="of the tasks that run at once; ECS's default is 200")
    circuit_breaker: bool = Field(
        default=True, description="end a deployment whose tasks do not start"
    )
    rollback: bool = Field(default=True, description="and go back to the last version")
    alarms: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="names of CloudWatch alarms that end a deployment"
    )
    alarms_rollback: bool = Field(default=True, description="and go back to the last version")

    @model_validator(mode="after")
    def _some_room(self) -> Self:
        if self.minimum_healthy_percent == self.maximum_percent == 100:  # noqa: PLR2004 - percent
            raise InvalidValueError(
                Problem(
                    what="must leave room to start or stop a task",
                    got="100 for both percentages",
                    fix="Lower minimum_healthy_percent or raise maximum_percent.",
                )
            )
        return self

    @property
    def configuration(self) -> dict[str, Any]:
        """The configuration as ECS's API spells it."""
        breaker = {
            "enable": self.circuit_breaker,
            "rollback": self.rollback and self.circuit_breaker,
        }
        found: dict[str, Any] = {"deploymentCircuitBreaker": breaker}
        if self.minimum_healthy_percent is not None:
            found["minimumHealthyPercent"] = self.minimum_healthy_percent
        if self.maximum_percent is not None:
            found["maximumPercent"] = self.maximum_percent
        if self.alarms:
            found["alarms"] = {
                "alarmNames": list(self.alarms),
                "enable": True,
                "rollback": self.alarms_rollback,
            }
        return found
