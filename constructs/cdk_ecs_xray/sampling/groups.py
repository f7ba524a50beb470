"""The models of X-Ray groups: traces that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, ModelWrapValidatorHandler, model_validator

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.model_file import clash, validate_with
from cdk_ecs_xray.sampling.filter_expression import check_filter_expression
from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError
from cdk_ecs_xray.sampling.findings import CheckFailedError, SamplingCheck
from cdk_ecs_xray.sampling.rules import STRICT
from cdk_ecs_xray.sampling.values import Name


def _expression(value: str) -> str:
    try:
        check_filter_expression(value)
    except FilterExpressionError as refused:
        raise CheckFailedError(
            SamplingCheck.FILTER_EXPRESSION,
            Problem(
                what="must be a filter expression of X-Ray",
                got=f"{refused.got} at column {refused.column}",
                fix=refused.fix,
            ),
        ) from None
    return value


FilterExpression = Annotated[
    str, AfterValidator(_expression), Field(json_schema_extra={"minLength": 1})
]


class Insights(BaseModel):
    """Whether X-Ray looks for anomalies in a group, and informs EventBridge about them.

    Costs $1.00 per million traces of the group (see ``prices``).
    """

    model_config = STRICT

    enabled: bool = False
    notifications: bool = False

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        clashes = []
        if (
            isinstance(data, Mapping)
            and data.get("notifications") is True
            and data.get("enabled") is not True
        ):
            refused = CheckFailedError(
                SamplingCheck.NOTIFICATIONS,
                Problem(
                    what="must be false without insights",
                    got="true",
                    fix="Add 'enabled: true' beside it.",
                ),
            )
            clashes.append(clash(refused, ("notifications",), True))
        return validate_with(clashes, data, handler)


class GroupOverride(BaseModel):
    """What differs from a group in one environment. What is not given stays as in the group."""

    model_config = STRICT

    enabled: bool = True
    filter_expression: FilterExpression = "ok"
    insights: Insights = Field(default_factory=Insights)


class Group(BaseModel):
    """One X-Ray group: its traces get a trace map and metrics of their own.

    :param name: 1 to 32 characters, together with the environment's prefix.
    :param filter_expression: which traces. X-Ray silently drops a group whose expression fails,
        so it is parsed here.
    :param enabled: False leaves the group out.
    :param environments: what differs, by the environment's name.
    """

    model_config = STRICT

    name: Name
    filter_expression: FilterExpression
    insights: Insights = Field(default_factory=Insights)
    enabled: bool = True
    environments: Mapping[str, GroupOverride] = Field(default_factory=dict)

    def in_environment(self, environment: str | None) -> Self:
        """Return the group with what differs in an environment; None is none in particular."""
        override = None if environment is None else self.environments.get(environment)
        if override is None:
            return self
        return self.model_copy(
            update={field: getattr(override, field) for field in override.model_fields_set}
        )
