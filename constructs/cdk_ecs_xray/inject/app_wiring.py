"""What leads one app of a file to its collector. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.collectors.otlp_export import otlp_not_taken
from cdk_ecs_xray.inject.app_advice import proxy_advice
from cdk_ecs_xray.inject.definition import RawContainer, members, wiring_of
from cdk_ecs_xray.inject.edits import Addition, Path
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.sidecar_json import pairs
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.wiring import START, Warned, WiringPlan, plan_wiring


@dataclass(frozen=True, kw_only=True)
class AppWiring:
    """What to add to one app, and what its owner should know."""

    container: RawContainer
    sidecar: str
    plan: WiringPlan
    warnings: Sequence[Warned]

    def additions(self, path: Path) -> Sequence[Addition]:
        """Return what to add to the container at a path."""
        plan, to = self.plan, self.sidecar
        new: dict[str, list[Any]] = {
            "environment": pairs(plan.environment),
            "links": [to] if plan.link else [],
            "dependsOn": [{"containerName": to, "condition": START}] if plan.dependency else [],
        }
        wanted = {key: items for key, items in new.items() if items}
        # A key without a value, as templates leave it, counts as one that is not there.
        keys = {key: items for key, items in wanted.items() if self.container.get(key) is None}
        lists = [
            Addition(path=(*path, key), items=items)
            for key, items in wanted.items()
            if key not in keys
        ]
        longer = [
            Addition(path=(*path, "environment", position, "value"), value=value)
            for position, pair in enumerate(members(self.container, "environment"))
            if (value := plan.lengthened.get(pair["name"])) is not None
        ]
        added = [*lists, Addition(path=path, entries=keys)] if keys else lists
        return [*added, *longer]


def wired(
    container: RawContainer,
    options: TracingOptions,
    network: SidecarNetwork,
    *,
    where: str,
    sidecar: RawContainer,
    log_groups: Sequence[str] = (),
) -> AppWiring:
    """Return what an app needs to reach a sidecar.

    :param log_groups: ARNs of those that it writes to.
    """
    present = replace(wiring_of(container, where=where), log_groups=log_groups)
    host = network.host(sidecar["name"])
    environment = _environment(container, options, host)
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
        warnings=[
            *plan.warnings,
            *otlp_not_taken(present, environment, collector=sidecar["name"]),
            *proxy_advice(
                present,
                host=host,
                collector_environment=wiring_of(sidecar, where="").environment,
            ),
        ],
    )


def _environment(container: RawContainer, options: TracingOptions, host: str) -> Mapping[str, str]:
    names = (options.tracing_name, options.names.service, container["name"])
    name = next(name for name in names if name is not None)
    return named(options.collector.application_environment(host), str(name))
