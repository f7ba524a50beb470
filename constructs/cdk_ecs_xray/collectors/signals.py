"""CloudWatch Application Signals: what the agent cannot do beside them, and where it may run."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.network import SIGNALS_HTTP_PORT, XRAY_PORT, SidecarNetwork
from cdk_ecs_xray.plan.transaction_search import LOG_GROUPS

_SPANS, SIGNALS_GROUP = LOG_GROUPS
"""The group that the agent writes the metrics to, from which CloudWatch reads them."""


def option_problems(where: str, *, exporter: str, config: object) -> Sequence[Problem]:
    """Return the options of the agent that do not go with Application Signals."""
    given = {
        f"exporter '{exporter}'": exporter != "xray",
        "config": config is not None,
    }
    return [
        Problem(
            where=where,
            what=f"{option} and application_signals cannot be combined, as the agent's section for "
            "them names where it listens and sends",
            fix="Keep one.",
        )
        for option, is_given in given.items()
        if is_given
    ]


def network_problems(where: str, network: SidecarNetwork) -> Sequence[Problem]:
    """Return why the agent must not listen on every interface, as it does for them."""
    if network.mode != "host" and not network.shared:
        return ()
    return (
        Problem(
            where=where,
            what="network_mode must be awsvpc or bridge with application_signals, as the agent "
            f"listens on every interface and TCP {XRAY_PORT} signs for whoever reaches it",
            got=f"'{network.mode}', shared by tasks" if network.shared else f"'{network.mode}'",
            fix=f"Run it in each task, where apps alone reach {XRAY_PORT} and {SIGNALS_HTTP_PORT}.",
        ),
    )
