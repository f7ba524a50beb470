"""How an app whose code stays as it is gets its tracing: what is loaded, and who brings it. Pure.

An init container copies AWS's OpenTelemetry distribution into a volume, and one variable of the
app's makes its runtime load it from there. That variable is often the app's own already, such as
``NODE_OPTIONS``, so it is joined with what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.open_telemetry import TRACES_ENDPOINT
from cdk_ecs_xray.plan.wiring import PresentWiring, Warned

Architecture = Literal["x86_64", "arm64"]
EndCondition = Literal["SUCCESS", "COMPLETE"]
LOADERS = (
    "CORECLR_ENABLE_PROFILING",
    "DOTNET_STARTUP_HOOKS",
    "JAVA_OPTS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "PYTHONPATH",
)
"""Variables that load an agent into a runtime."""
AGENT_WORDS = ("opentelemetry", "otel", "javaagent.jar", "autoinstrumentation", "aws-distro")
"""What a path of an OpenTelemetry agent has in it."""
SIGNALS_ENDPOINT = "OTEL_AWS_APPLICATION_SIGNALS_EXPORTER_ENDPOINT"
"""Where the distributions send the metrics of Application Signals."""
_DEFERS = "OTEL_AWS_PYTHON_DEFER_TO_WORKERS_ENABLED"


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A variable that the app may have too; what is loaded goes around what is there.

    :param before: what is in front of the app's own value; empty for nothing.
    :param after: what is behind it.
    """

    name: str
    separator: str
    before: str = ""
    after: str = ""

    def around(self, present: str) -> str:
        """Return the value with the app's own in its place."""
        return self.separator.join(one for one in (self.before, present, self.after) if one)

    def apart(self, value: str) -> str | None:
        """Return the app's own part of a value; None for one that was not joined."""
        rest = value
        if self.before:
            if not rest.startswith(self.before):
                return None
            rest = rest.removeprefix(self.before).removeprefix(self.separator)
        if self.after:
            if not rest.endswith(self.after):
                return None
            rest = rest.removesuffix(self.after).removesuffix(self.separator)
        return rest if self.around(rest) == value else None


@dataclass(frozen=True, kw_only=True)
class Agent:
    """What loads tracing into the apps of one language, and the container that brings it.

    :param language: as environment files and the command line name it.
    :param command: of the init container, which holds one program that copies.
    :param path: where the volume is mounted, in both containers.
    :param memory_mib: hard limit of the init container.
    :param starts_after: how the init container must have ended before the app starts.
    :param joined: variables that load it.
    :param environment: the other variables of the app.
    :param application_signals: it sends metrics beside its traces.
    """

    language: str
    image: str
    command: Sequence[str]
    path: str
    memory_mib: int
    starts_after: EndCondition
    joined: Sequence[Joined]
    environment: Mapping[str, str]
    application_signals: bool = False

    @property
    def name(self) -> str:
        """The name of the init container, and of the volume."""
        return agent_name(self.language)


@dataclass(frozen=True, kw_only=True)
class AgentPlan:
    """What loads an agent into one app.

    :param variables: joined values, of variables that the app has and of new ones.
    :param warnings: why nothing is loaded, or what will not work.
    """

    loads: bool
    variables: Mapping[str, str]
    warnings: Sequence[Warned]


def instrumented_environment(agent: Agent | None, collectors: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an app with those of its agent.

    Metrics go where its traces go, to the path that OpenTelemetry's protocol has for them.

    :param collectors: what its collector gives every app.
    """
    if agent is None:
        return dict(collectors)
    traces = collectors.get(TRACES_ENDPOINT)
    found = {**collectors, **agent.environment}
    if agent.application_signals and traces is not None:
        found[SIGNALS_ENDPOINT] = f"{traces.removesuffix('/v1/traces')}/v1/metrics"
    return found


def agent_name(language: str) -> str:
    """Return what the init container and the volume of a language are called."""
    return f"adot-autoinstrumentation-{language}"


def plan_agent(present: PresentWiring, agent: Agent) -> AgentPlan:
    """Return what loads an agent into an app; nothing where that cannot be done safely."""
    values = {joined.name: present.environment.get(joined.name, "") for joined in agent.joined}
    secret = next((name for name, value in values.items() if value is None), None)
    known = {name: value for name, value in values.items() if value is not None}
    loaded = all(joined.apart(known.get(joined.name, "")) is not None for joined in agent.joined)
    other = None if loaded else loaded_agent(present.environment)
    if secret is not None:
        reason = _not_loaded(present, f"{secret} must be text to be joined with", "a secret")
    elif other is not None:
        got = f"'{present.environment[other]}'"
        reason = _not_loaded(present, f"{other} must load no other agent of OpenTelemetry's", got)
    else:
        return AgentPlan(
            loads=True,
            variables={
                joined.name: known[joined.name] if loaded else joined.around(known[joined.name])
                for joined in agent.joined
            },
            warnings=_deferred(present, agent),
        )
    return AgentPlan(loads=False, variables={}, warnings=(reason,))


def taken_names(
    agent: Agent, *, where: str, named: Mapping[str, Sequence[object]]
) -> Sequence[Problem]:
    """Return what has the name that an init container and its volume need.

    :param named: the names that are taken, by what has them.
    """
    return [
        Problem(
            where=where,
            what=f"the name '{agent.name}' must be free for the init container and its volume",
            got=f"a {kind} of that name",
            fix="Rename it.",
        )
        for kind, names in named.items()
        if agent.name in names
    ]


def taken_paths(agent: Agent, *, where: str, mounts: Mapping[str, str]) -> Sequence[Problem]:
    """Return the volumes of an app that are where its agent goes.

    :param mounts: the names of volumes by the path where they are mounted.
    """
    volume = mounts.get(agent.path, agent.name)
    if volume == agent.name:
        return ()
    return (
        Problem(
            where=where,
            what=f"containerPath '{agent.path}' must be free",
            got=f"the volume '{volume}' there",
            fix="Mount that volume elsewhere.",
        ),
    )


def loaded_agent(environment: Mapping[str, str | None]) -> str | None:
    """Return the variable that loads an agent of OpenTelemetry's already; None where none does."""
    return next(
        (
            name
            for name in LOADERS
            if any(word in str(environment.get(name) or "").lower() for word in AGENT_WORDS)
        ),
        None,
    )


def _not_loaded(present: PresentWiring, what: str, got: str) -> Warned:
    return Warned(
        id="ecs-xray:not-instrumented",
        problem=Problem(
            where=present.where,
            what=what,
            got=got,
            fix="The container is connected to the collector and not instrumented.",
        ),
    )


def _deferred(present: PresentWiring, agent: Agent) -> Sequence[Warned]:
    # Measured with gunicorn 25 and aws-opentelemetry-distro 0.21.0: then no worker sends spans.
    if agent.language != "python" or str(present.environment.get(_DEFERS)).lower() != "true":
        return ()
    return (
        Warned(
            id="ecs-xray:workers-untraced",
            problem=Problem(
                where=present.where,
                what=f"{_DEFERS} must be false, or forked workers send no spans",
                got="'true'",
                fix="Remove it: without it, gunicorn's workers are traced, with --preload too.",
            ),
        ),
    )
