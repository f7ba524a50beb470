"""The model of ``monitoring`` in ``environments/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    model_validator,
)

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching
from cdk_ecs_xray.files.model_file import clash, validate_with


def _more_than_nothing(value: float) -> float:
    if not value > 0:
        raise InvalidValueError(
            Problem(what="must be more than 0", got=str(value), fix="1 is usual.")
        )
    return value


class Monitoring(BaseModel):
    """What watches an environment; nothing does without it, as it costs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    dashboard: bool = Field(
        default=True, description="a CloudWatch dashboard and five X-Ray groups"
    )
    alarms: bool = Field(default=True, description="three alarms on the collectors' logs")
    alarm_topic: (
        Annotated[
            str,
            AfterValidator(
                matching(
                    r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+",
                    "the ARN of an SNS topic",
                    fix="Copy it from SNS.",
                )
            ),
        ]
        | None
    ) = Field(default=None, description="ARN of an SNS topic that gets every alarm")
    slow_seconds: Annotated[float, AfterValidator(_more_than_nothing)] = Field(
        default=1.0, description="what a slow answer is on the dashboard"
    )

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        clashes = []
        if isinstance(data, Mapping) and data.get("alarms") is False:
            if data.get("dashboard") is False:
                nothing = Problem(
                    what="or alarms must be true",
                    got="false for both",
                    fix="Leave monitoring out to have neither.",
                )
                clashes.append(clash(nothing, ("dashboard",), data["dashboard"]))
            if data.get("alarm_topic") is not None:
                unheard = Problem(
                    what="and alarms: false cannot be combined",
                    fix="Keep one.",
                )
                clashes.append(clash(unheard, ("alarm_topic",), data["alarm_topic"]))
        return validate_with(clashes, data, handler)
