"""The values that rules and groups hold, with X-Ray's limits.

Limits: AWS::XRay::SamplingRule and AWS::XRay::Group, and the X-Ray API reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import at_most, within
from cdk_ecs_xray.sampling.findings import CheckFailedError, SamplingCheck

MAX_NAME = 32
DEFAULT_RULE_NAME = "Default"
MOST_ATTRIBUTES = 5
_LARGEST_RESERVOIR = 2**31 - 1


def checked(check: SamplingCheck, validator: Callable[[Any], Any]) -> AfterValidator:
    """Return a validator whose refusals carry the id of a check."""

    def validate(value: Any) -> Any:
        try:
            return validator(value)
        except InvalidValueError as refused:
            raise CheckFailedError(check, refused.problem) from None

    return AfterValidator(validate)


def _text(longest: int) -> tuple[AfterValidator, Any]:
    return (
        checked(SamplingCheck.TEXT_LENGTH, at_most(longest)),
        Field(json_schema_extra={"minLength": 1, "maxLength": longest}),
    )


def _number(low: float, high: float, fix: str | Callable[[Any], str]) -> tuple[Any, Any]:
    return (
        checked(SamplingCheck.OUT_OF_RANGE, within(low, high, fix)),
        Field(json_schema_extra={"minimum": low, "maximum": high}),
    )


def _percent(value: float) -> str:
    if 1 < value <= 100:  # noqa: PLR2004 - a percentage
        return f"For {value:g} %, write {value / 100:g}."
    return "0 samples nothing, 1 everything."


def _not_default(value: str) -> str:
    if value == DEFAULT_RULE_NAME:
        raise InvalidValueError(
            Problem(
                what="must not be 'Default'",
                got="'Default'",
                fix="X-Ray keeps that rule itself and CloudFormation cannot manage it. Set it "
                "under "
                "'default:'.",
            )
        )
    return value


def _attributes(value: dict[str, str]) -> dict[str, str]:
    if len(value) > MOST_ATTRIBUTES:
        raise InvalidValueError(
            Problem(
                what=f"must be at most {MOST_ATTRIBUTES}",
                got=str(len(value)),
                fix="Keep those that tell requests apart.",
            )
        )
    for text in (*value, *value.values()):
        at_most(MAX_NAME)(text)
    return value


Name = Annotated[
    str,
    checked(SamplingCheck.NAME_LENGTH, at_most(MAX_NAME)),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NAME}),
]
RuleName = Annotated[
    Name,
    checked(SamplingCheck.RESERVED_NAME, _not_default),
    Field(json_schema_extra={"not": {"const": DEFAULT_RULE_NAME}}),
]
Priority = Annotated[int, *_number(1, 9999, "The built-in rule Default has 10000.")]
Rate = Annotated[float, *_number(0, 1, _percent)]
ReservoirSize = Annotated[int, *_number(0, _LARGEST_RESERVOIR, "0 reserves nothing.")]
CooldownMinutes = Annotated[int, *_number(1, _LARGEST_RESERVOIR, "10 is a calm start.")]
Version = Annotated[int, *_number(1, _LARGEST_RESERVOIR, "1 is the only version there is.")]
HttpMethod = Annotated[str, *_text(10)]
Host = Annotated[str, *_text(64)]
UrlPath = Annotated[str, *_text(128)]
ServiceName = Annotated[str, *_text(64)]
ServiceType = Annotated[str, *_text(64)]
ResourceArn = Annotated[str, *_text(500)]
Attributes = Annotated[
    dict[str, str],
    checked(SamplingCheck.OUT_OF_RANGE, _attributes),
    Field(json_schema_extra={"maxProperties": MOST_ATTRIBUTES}),
]
