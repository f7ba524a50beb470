"""Reads which stacks turn on Transaction Search, with a resource of ours or CloudFormation's."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.plan.transaction_search import INDEXED_FREE, RESOURCE, percentage_problem
from cdk_ecs_xray.templates.model import Stack
from cdk_ecs_xray.templates.stack_source import StackSource

_TYPES = (RESOURCE, "AWS::XRay::TransactionSearchConfig")


def indexing_percentage(stacks: Sequence[Stack], source: StackSource) -> float | None:
    """Return the share of traces that is indexed in the account and region of a stack.

    None where none of the stacks turns Transaction Search on there. What a template leaves open may
    be the same account or region. A share that is open counts as the free one.
    """
    found = [
        resource.properties.get("IndexingPercentage")
        for stack in stacks
        if _may_be_one(stack.source.account, source.account)
        and _may_be_one(stack.source.region, source.region)
        for kind in _TYPES
        for resource in stack.of_type(kind)
    ]
    if not found:
        return None
    known = [one for one in map(_percentage, found) if one is not None]
    return known[0] if known else float(INDEXED_FREE)


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _percentage(value: object) -> float | None:
    # CloudFormation takes numbers as texts too.
    try:
        percentage = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
    return None if percentage is None or percentage_problem(percentage) else percentage
