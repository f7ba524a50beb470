"""``schedule``: tasks that EventBridge Scheduler starts, in place of a service that stays."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cdk_ecs_xray.environments.values import Text, arn_of
from cdk_ecs_xray.files.field_limits import matching, within

# Of the third and the fifth field, the days, exactly one is ?.
_CRON = r"cron\(\S+ \S+ (\? \S+ [^\s?]+|[^\s?]+ \S+ \?) \S+\)"
_EXPRESSION = matching(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT[\d:]{8}\)|" + _CRON,
    "rate(5 minutes), cron(0 3 * * ? *) with six fields and ? for one of the two days, or "
    "at(2027-01-31T03:00:00)",
    fix="Write one of these.",
)


class Schedule(BaseModel):
    """When tasks run. There is no ECS service then; each run is a task of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    expression: Annotated[str, AfterValidator(_EXPRESSION)] = Field(
        description="`rate(…)`, `cron(…)` or `at(…)` of EventBridge Scheduler"
    )
    timezone: Text = Field(default="UTC", description="of `cron` and `at`, such as Europe/Berlin")
    enabled: bool = Field(default=True, description="false keeps the schedule from starting tasks")
    task_count: Annotated[int, AfterValidator(within(1, 10, "1 is usual."))] = Field(
        default=1, description="tasks a run"
    )
    flexible_minutes: Annotated[int, AfterValidator(within(0, 1440, "0 is exact."))] = Field(
        default=0, description="how late a run may begin"
    )
    retries: Annotated[int, AfterValidator(within(0, 185, "185 is AWS's default."))] = Field(
        default=185, description="when ECS could not start the task"
    )
    dead_letter_queue: (
        Annotated[
            str,
            AfterValidator(
                matching(
                    arn_of("sqs", r"[\w-]+(\.fifo)?"), "the ARN of a queue", fix="Copy it from SQS."
                )
            ),
        ]
        | None
    ) = Field(default=None, description="ARN of an SQS queue for runs that never started")

    @property
    def flexible_time_window(self) -> dict[str, Any]:
        """The window as Scheduler's API spells it."""
        if self.flexible_minutes == 0:
            return {"mode": "OFF"}
        return {"mode": "FLEXIBLE", "maximumWindowInMinutes": self.flexible_minutes}
