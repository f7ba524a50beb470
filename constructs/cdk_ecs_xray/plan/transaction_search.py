"""CloudWatch Transaction Search: names and limits. Pure."""

from __future__ import annotations

import math

from cdk_ecs_xray.errors import Problem

SERVICE = "xray.amazonaws.com"
ACTION = "logs:PutLogEvents"
SPANS = "aws/spans"
LOG_GROUPS = (SPANS, "/aws/application-signals/data")
"""What X-Ray writes to (CloudWatch user guide, "Transaction Search"); the first has no slash."""
POLICY_NAME = "ecs-xray-transaction-search"
DESTINATION = "CloudWatchLogs"
"""Where traces go while it is on; X-Ray itself is called ``XRay``."""
RESOURCE = "Custom::XRayTransactionSearch"
INDEXED_FREE = 1
"""Per cent of spans that X-Ray indexes without a charge."""
_MOST = 100


def percentage_problem(value: float) -> Problem | None:
    """Return why X-Ray cannot index this percentage of traces; None where it can."""
    if not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= _MOST:
        return None
    return Problem(
        what=f"must be between 0 and {_MOST}",
        got=str(value),
        fix="It is in per cent: 1 is free, 100 indexes every trace.",
    )
