"""Which containers are instrumented with what, and what collects their spans. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cdk_ecs_xray.collectors import AdotCollector, CloudWatchAgent, Collector, XRayDaemon
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.instrumentation.description import Instrumentation, wants_application_signals
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.open_telemetry import TRACES_ENDPOINT

Choice = Instrumentation | Mapping[str, Instrumentation] | None
"""One language for every app of a task, or languages by the names of containers."""


def instrumentation_of(choice: Choice, container: str) -> Instrumentation | None:
    """Return how a container is instrumented; None where it is not."""
    return choice.get(container) if isinstance(choice, Mapping) else choice


def signals_wanted(choice: object) -> bool:
    """Return whether an app of a choice sends Application Signals.

    A function that chooses for each container is not asked: it has no container yet.
    """
    chosen = choice.values() if isinstance(choice, Mapping) else [choice]
    return any(wants_application_signals(one) for one in chosen)


def with_signals(collector: Collector, *, wanted: bool) -> Collector:
    """Return the collector as one that takes Application Signals; as it is where it cannot.

    :raises ConfigurationError: for options of it that do not go with them.
    """
    if not wanted or not isinstance(collector, CloudWatchAgent):
        return collector
    return replace(collector, application_signals=True)


def default_engine(choice: Choice) -> str:
    """Return the id of what collects where nobody chose a collector."""
    if signals_wanted(choice):
        return "cloudwatch-agent"
    return "xray-daemon" if choice is None else "adot"


def collector_for(
    collector: Collector | None, *, instrumented: bool, where: str, signals: bool = False
) -> Collector:
    """Return what collects: by default the X-Ray daemon, and ADOT for instrumented apps.

    :param signals: an app sends Application Signals, which the CloudWatch agent takes by default.
    :raises ConfigurationError: for one that does not take what instrumented apps send.
    """
    if collector is None:
        if signals:
            return CloudWatchAgent(application_signals=True)
        return AdotCollector() if instrumented else XRayDaemon()
    chosen = with_signals(collector, wanted=signals)
    if instrumented:
        require_taken(chosen, where=where, signals=signals)
    return chosen


def require_taken(collector: Collector, *, where: str, signals: bool) -> None:
    """Refuse a collector that does not take what an instrumented app sends.

    :param signals: the app sends Application Signals.
    :raises ConfigurationError: naming one that does.
    """
    if signals and not wants_application_signals(collector):
        raise ConfigurationError(
            Problem(
                where=where,
                what="an app that sends Application Signals must have a collector that takes them",
                got=collector.container_name,
                fix="Take CloudWatchAgent(application_signals=True): --collector cloudwatch-agent "
                "on the command line, collector: cloudwatch-agent in an environment file.",
            )
        )
    if TRACES_ENDPOINT not in collector.application_environment("host"):
        raise ConfigurationError(
            Problem(
                where=where,
                what="an instrumented app must have a collector that takes OTLP",
                got=collector.container_name,
                fix="Take AdotCollector() or CloudWatchAgent(): --collector adot on the command "
                "line, collector: adot in an environment file.",
            )
        )


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
