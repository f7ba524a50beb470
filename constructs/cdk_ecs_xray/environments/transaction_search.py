"""The model of ``transaction_search`` in ``environments/*.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cdk_ecs_xray.errors import InvalidValueError
from cdk_ecs_xray.plan.transaction_search import INDEXED_FREE, percentage_problem

TRANSACTION_SEARCH_STACK = "transaction-search"


def _percentage(value: float) -> float:
    problem = percentage_problem(value)
    if problem is not None:
        raise InvalidValueError(problem)
    return value


class TransactionSearch(BaseModel):
    """CloudWatch Transaction Search, which one environment turns on for its account and region."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    indexing_percentage: Annotated[float, AfterValidator(_percentage)] = Field(
        default=INDEXED_FREE,
        description="of traces that X-Ray finds by itself, 0 to 100; 1 is free",
    )
    removal_policy: Literal["retain", "destroy"] = Field(
        default="retain",
        description="`destroy` turns off, with the stack, what the stack turned on",
    )
