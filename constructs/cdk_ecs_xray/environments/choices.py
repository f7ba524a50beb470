"""What the words of an environment file stand for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic_core import InitErrorDetails

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.collectors.engines import (
    deployable,
    exporter_problem,
    exporters_of,
    make_collector,
)
from cdk_ecs_xray.files.model_file import clash
from cdk_ecs_xray.plan.profile import SidecarProfile

DEFAULT_COLLECTOR = "xray-daemon"
COLLECTORS: Mapping[str, Collector] = MappingProxyType(
    {engine_id: make_collector(engine_id) for engine_id in deployable()}
)
PROFILES: Mapping[str, SidecarProfile] = MappingProxyType(
    {"safe": SidecarProfile.SAFE, "terraform": SidecarProfile.TERRAFORM}
)


def chosen_collector(engine_id: str, *, exporter: str, registry: str | None = None) -> Collector:
    """Return the collector of an environment; one object for all that choose the same default."""
    _default, *others = exporters_of(engine_id)
    options: dict[str, object] = {} if registry is None else {"registry": registry}
    if exporter in others:
        options["exporter"] = exporter
    return make_collector(engine_id, **options) if options else COLLECTORS[engine_id]


def exporter_clashes(data: object) -> list[InitErrorDetails]:
    """Return why an environment's collector cannot send the way that it says."""
    if not isinstance(data, Mapping):
        return []
    exporter, engine_id = data.get("exporter"), data.get("collector", DEFAULT_COLLECTOR)
    if not isinstance(exporter, str) or engine_id not in COLLECTORS:
        return []
    problem = exporter_problem(str(engine_id), exporter)
    known = any(exporter in exporters_of(other) for other in COLLECTORS)
    return [clash(problem, ("exporter",), exporter)] if problem is not None and known else []
