"""Which distributions follow a rule's boost, and the variable that says what counts as a failure.

Per version, from AWS's X-Ray developer guide ("Adaptive sampling") and the changelog for .NET; the
processor that counts failures is there with Application Signals alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.open_telemetry import ADAPTIVE_SAMPLING
from cdk_ecs_xray.plan.wiring import Warned

# The first image of each of AWS's distributions that follows boosts.
_FIRST: Mapping[str, tuple[int, int, int]] = {
    "dotnet": (1, 14, 1),
    "java": (2, 11, 5),
    "python": (0, 15, 0),
}
_TAG = re.compile(r":v?([0-9]+)\.([0-9]+)\.([0-9]+)(?:@|$)")
# For boosts alone: to keep spans of failures that were not sampled costs more.
_CONFIGURATION = json.dumps(
    {
        "version": 1.0,
        "anomalyConditions": [{"errorCodeRegex": "^5\\d\\d$", "usage": "sampling-boost"}],
    }
)


def follows_boosts(agent: Agent) -> bool:
    """Return whether an app with this agent reports failures, so that a boost has an effect."""
    tag, first = _TAG.search(agent.image), _FIRST.get(agent.language)
    if not agent.application_signals or tag is None or first is None:
        return False
    return tuple(map(int, tag.groups())) >= first


def with_boosts(agent: Agent) -> Agent:
    """Return the agent with the variable that has failures reported, where it reads it."""
    if not follows_boosts(agent):
        return agent
    return replace(agent, environment={**agent.environment, ADAPTIVE_SAMPLING: _CONFIGURATION})


def boost_not_followed(agent: Agent, *, rule: str, where: str) -> Warned | None:
    """Return a warning where a rule has a boost that the app does not follow.

    :param rule: its name.
    """
    if follows_boosts(agent):
        return None
    return Warned(
        id="ecs-xray:boost-not-followed",
        problem=Problem(
            where=where,
            what=f"the app must report failures for the boost of sampling rule '{rule}' to have an "
            "effect",
            got=f"{agent.language} "
            + ("with" if agent.application_signals else "without")
            + f" Application Signals, image '{agent.image}'",
            fix="Set application_signals with Python 0.15.0, Java 2.11.5, .NET 1.14.1 or newer, or "
            "remove the boost.",
        ),
    )
