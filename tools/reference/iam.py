"""What the task role gets, from the constants that grant it."""

from __future__ import annotations

from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS, WRITE_ACTIONS
from tools.reference.table import table

_EXPORTERS = "the exporters `otlp` and `both`, and `XRayDirect`"


def iam() -> str:
    """Return the table of X-Ray's actions and what grants them."""
    rows = [
        *((f"`{action}`", "`*`", "every collector") for action in WRITE_ACTIONS),
        *((f"`{action}`", "`*`", _EXPORTERS) for action in SPAN_ACTIONS),
    ]
    return "\n".join(table(("action", "resource", "granted with"), rows))
