"""What leads one app of a file to its collector. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.collectors.otlp_export import otlp_not_taken
from cdk_ecs_xray.inject.app_advice import proxy_advice
from cdk_ecs_xray.inject.definition import RawContainer, members, wiring_of
from cdk_ecs_xray.inject.edits import Addition, Path
from cdk_ecs_xray.inject.instrumenting import MOUNTS, AppAgent, mount_of
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.sidecar_json import pairs
from cdk_ecs_xray.plan.instrumentation import Agent, instrumented_environment
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.wiring import START, TRACING_NAME, Warned, WiringPlan, plan_wiring


@dataclass(frozen=True, kw_only=True)
class AppWiring:
    """What to add to one app, and what its owner should know.

    :param agent: what is loaded into it; None where it is not instrumented.
    :param loading: the variables that load it, of which the app may have some.
    """

    container: RawContainer
    sidecar: str
    plan: WiringPlan
    warnings: Sequence[Warned]
    agent: Agent | None
    loading: Mapping[str, str]

    def additions(self, path: Path) -> Sequence[Addition]:
        """Return what to add to the container at a path."""
        plan, to = self.plan, self.sidecar
        environment = members(self.container, "environment")
        present = {pair["name"] for pair in environment}
        joined = {name: value for name, value in self.loading.items() if name not in present}
        new: dict[str, list[Any]] = {
            "environment": pairs({**plan.environment, **joined}),
            "links": [to] if plan.link else [],
            "dependsOn": [
                *([{"containerName": to, "condition": START}] if plan.dependency else []),
                *self._init_dependency(),
            ],
            MOUNTS: self._mounts(),
        }
        wanted = {key: items for key, items in new.items() if items}
        # A key without a value, as templates leave it, counts as one that is not there.
        keys = {key: items for key, items in wanted.items() if self.container.get(key) is None}
        lists = [
            Addition(path=(*path, key), items=items)
            for key, items in wanted.items()
            if key not in keys
        ]
        lists += self._replaced(path)
        return [*lists, Addition(path=path, entries=keys)] if keys else lists

    def _init_dependency(self) -> list[dict[str, str]]:
        agent, present = self.agent, members(self.container, "dependsOn")
        if agent is None or any(one["containerName"] == agent.name for one in present):
            return []
        return [{"containerName": agent.name, "condition": agent.starts_after}]

    def _mounts(self) -> list[dict[str, Any]]:
        agent, present = self.agent, members(self.container, MOUNTS)
        if agent is None or any(one.get("sourceVolume") == agent.name for one in present):
            return []
        # What an app loads is no place for it to write to.
        return [mount_of(agent, read_only=True)]

    def _replaced(self, path: Path) -> Sequence[Addition]:
        """Return the variables that the app has, with what goes around or behind them."""
        values = {**self.plan.lengthened, **self.loading}
        found = self.container.get("environment")
        return [
            Addition(path=(*path, "environment", position), entries={"value": value})
            if pair.get("value") is None
            else Addition(path=(*path, "environment", position, "value"), value=value)
            for position, pair in enumerate(found if isinstance(found, list) else ())
            if isinstance(pair, Mapping)
            and (value := values.get(pair["name"])) is not None
            and value != pair.get("value")
        ]


def wired(
    container: RawContainer,
    options: TracingOptions,
    network: SidecarNetwork,
    *,
    where: str,
    sidecar: RawContainer,
    log_groups: Sequence[str] = (),
    instrumented: AppAgent | None = None,
    left_out: Collection[str] = (),
) -> AppWiring:
    """Return what an app needs to reach a sidecar, and to be instrumented.

    :param log_groups: ARNs of those that it writes to.
    :param left_out: variables that it is not given, as they would change what it sends now.
    """
    present = replace(wiring_of(container, where=where), log_groups=log_groups)
    host = network.host(sidecar["name"])
    name = present.environment.get(TRACING_NAME) if left_out else None
    environment = {
        variable: value
        for variable, value in _environment(container, options, host, name).items()
        if variable not in left_out
    }
    agent = None
    if instrumented is not None and instrumented.plan.loads:
        agent = instrumented.agent
        environment = instrumented_environment(agent, environment)
    plan = plan_wiring(
        present,
        to=sidecar["name"],
        linked=network.linked,
        environment=environment,
        start_order=options.profile.start_order,
    )
    return AppWiring(
        container=container,
        sidecar=sidecar["name"],
        plan=plan,
        agent=agent,
        loading={} if instrumented is None else instrumented.plan.variables,
        warnings=[
            *plan.warnings,
            *(() if instrumented is None else instrumented.plan.warnings),
            *otlp_not_taken(present, environment, collector=sidecar["name"]),
            *proxy_advice(
                present,
                host=host,
                collector_environment=wiring_of(sidecar, where="").environment,
            ),
        ],
    )


def _environment(
    container: RawContainer, options: TracingOptions, host: str, own_name: str | None
) -> Mapping[str, str]:
    names = (options.tracing_name, options.names.service, own_name, container["name"])
    name = next(name for name in names if name is not None)
    return named(options.collector.application_environment(host), str(name))
