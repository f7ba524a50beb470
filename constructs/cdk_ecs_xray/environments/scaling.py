"""``scaling``: how many tasks run, by load."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import Count, Percent, Seconds
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import within


class Scaling(BaseModel):
    """Target tracking; each target that is set is one policy."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    min: Count = Field(description="the fewest tasks; 0 is possible")
    max: Count = Field(description="the most tasks")
    cpu_percent: Percent | None = Field(default=None, description="average use of the tasks' cpu")
    memory_percent: Percent | None = Field(
        default=None, description="average use of the tasks' memory"
    )
    requests_per_target: (
        Annotated[int, AfterValidator(within(1, 1000000, "1000 is usual."))] | None
    ) = Field(
        default=None,
        description="requests a minute and task; not with an existing `target_group`",
    )
    scale_in_cooldown_seconds: Seconds | None = Field(
        default=None, description="between two steps down; AWS's default is 300"
    )
    scale_out_cooldown_seconds: Seconds | None = Field(
        default=None, description="between two steps up; AWS's default is 300"
    )

    @model_validator(mode="after")
    def _what_goes_together(self) -> Self:
        targets = (self.cpu_percent, self.memory_percent, self.requests_per_target)
        problem = None
        if self.min > self.max:
            problem = Problem(
                what="must have min at or below max",
                got=f"{self.min} and {self.max}",
                fix="Swap them, or raise max.",
            )
        elif all(target is None for target in targets):
            problem = Problem(
                what="requires cpu_percent, memory_percent or requests_per_target",
                fix="Such as cpu_percent: 70.",
            )
        if problem is not None:
            raise InvalidValueError(problem)
        return self
