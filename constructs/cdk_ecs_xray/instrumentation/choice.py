"""Which containers are instrumented with what, and what collects their spans. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdk_ecs_xray.collectors import AdotCollector, Collector, XRayDaemon
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.instrumentation.description import Instrumentation
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.open_telemetry import TRACES_ENDPOINT

Choice = Instrumentation | Mapping[str, Instrumentation] | None
"""One language for every app of a task, or languages by the names of containers."""


def instrumentation_of(choice: Choice, container: str) -> Instrumentation | None:
    """Return how a container is instrumented; None where it is not."""
    return choice.get(container) if isinstance(choice, Mapping) else choice


def collector_for(collector: Collector | None, *, instrumented: bool, where: str) -> Collector:
    """Return what collects: by default the X-Ray daemon, and ADOT for instrumented apps.

    :raises ConfigurationError: for one that takes no spans from instrumented apps.
    """
    if collector is None:
        return AdotCollector() if instrumented else XRayDaemon()
    if instrumented and TRACES_ENDPOINT not in collector.application_environment("host"):
        raise ConfigurationError(
            Problem(
                where=where,
                what="an instrumented app must have a collector that takes OTLP",
                got=collector.container_name,
                fix="Take AdotCollector() or CloudWatchAgent(): --collector adot on the command "
                "line, collector: adot in an environment file.",
            )
        )
    return collector


def missing_containers(choice: Choice, names: Iterable[str], *, where: str) -> Sequence[Problem]:
    """Return the containers that are to be instrumented and are no apps of the task."""
    apps = list(names)
    wanted = choice if isinstance(choice, Mapping) else {}
    return [
        Problem(
            where=where,
            what=f"container '{name}' to instrument not found",
            fix=f"Apps of the task: {', '.join(apps) or 'none'}.",
        )
        for name in wanted
        if name not in apps
    ]


def different_agents(agents: Sequence[Agent], *, where: str) -> Sequence[Problem]:
    """Return languages that two containers want in two ways; a task has one volume for each."""
    images: dict[str, set[str]] = {}
    for agent in agents:
        images.setdefault(agent.language, set()).add(agent.image)
    return [
        Problem(
            where=where,
            what=f"a task must have one version for {language}",
            got=", ".join(sorted(found)),
            fix="Give all its containers the same registry, version and digest.",
        )
        for language, found in images.items()
        if len(found) > 1
    ]
