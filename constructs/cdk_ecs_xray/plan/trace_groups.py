"""The X-Ray groups that count the traces of an environment's dashboard. Pure."""

from __future__ import annotations

from collections.abc import Mapping

TRACE_KINDS: Mapping[str, str] = {
    "all": "",
    "fault": "fault = true",
    "error": "error = true",
    "429": "throttle = true",
    "slow": "responsetime > {slow_seconds:g}",
}
"""What each group holds, as a condition on the service's own segment."""


def group_name(environment: str, kind: str) -> str:
    """Return the name of the group that counts one kind of trace."""
    return f"{environment}-watch-{kind}"
