"""What the configuration of a CloudWatch agent asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.collectors.demands import Demands, mapping, only
from cdk_ecs_xray.collectors.evidence import Evidence

_AGENT = frozenset({"credentials", "debug", "region"})
_AGENT_TRACES = frozenset(
    {
        "buffer_size_mb",
        "concurrency",
        "credentials",
        "local_mode",
        "region_override",
        "traces_collected",
    }
)


def demands_of_agent(evidence: Evidence, configuration: Mapping[str, Any]) -> Demands:
    """Return what the configuration of the CloudWatch agent asks for."""
    del evidence
    traces = mapping(configuration.get("traces"))
    agent = mapping(configuration.get("agent"))
    return Demands(
        region=only([agent.get("region"), traces.get("region_override")]),
        role_arn=only(
            [at(agent, "credentials.role_arn"), at(traces, "credentials.role_arn")],
        ),
        beyond=[
            *_others(configuration, {"agent", "traces", "opentelemetry"}, ""),
            *_others(agent, _AGENT, "agent."),
            *_others(traces, _AGENT_TRACES, "traces."),
            *_others(at(traces, "traces_collected"), _RECEIVERS_OF_AGENT, "traces_collected."),
            *_others(at(configuration, "opentelemetry"), {"collect"}, "opentelemetry."),
            *_others(at(configuration, "opentelemetry.collect"), {"otlp"}, "collect."),
        ],
    )


_RECEIVERS_OF_AGENT = frozenset({"otlp", "xray"})


def _others(section: object, known: frozenset[str] | set[str], place: str) -> Sequence[str]:
    names = [str(name) for name in mapping(section) if name not in known]
    return [f"'{place}{name}' in its configuration" for name in names]
