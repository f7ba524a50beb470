"""What the configuration of an OpenTelemetry collector asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.collectors.demands import Demands, listed, mapping, only
from cdk_ecs_xray.collectors.evidence import Evidence, flag_value
from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.collectors.opentelemetry import (
    ORIGIN_PROCESSORS,
    component_type,
    components,
    traces_pipelines,
)

_RECEIVERS = frozenset({"awsxray", "otlp"})
_PROCESSORS = frozenset({"batch", "memory_limiter", *ORIGIN_PROCESSORS})
_EXTENSIONS = frozenset({"health_check", "sigv4auth"})
_EXPORTED = frozenset({"aws_log_groups", "local_mode", "region", "role_arn"})
_ORIGIN_KEYS = frozenset({"cloud.provider", "cloud.platform"})
_DEFAULT_OF_ADOT = "/etc/ecs/ecs-default-config.yaml"


def demands_of_opentelemetry(evidence: Evidence, configuration: Mapping[str, Any]) -> Demands:
    """Return what the configuration of an OpenTelemetry collector asks for."""
    exporters = mapping(configuration.get("exporters"))
    to_xray = [
        mapping(settings)
        for name, settings in exporters.items()
        if component_type(name) == "awsxray"
    ]
    signing = [
        mapping(settings)
        for name, settings in mapping(configuration.get("extensions")).items()
        if component_type(name) == "sigv4auth"
    ]
    regions = [one.get("region") for one in [*to_xray, *signing]]
    roles = [
        *(one.get("role_arn") for one in to_xray),
        *(at(one, "assume_role.arn") for one in signing),
    ]
    default = flag_value(evidence, ("--config",)) == _DEFAULT_OF_ADOT
    return Demands(
        region=only(regions),
        role_arn=only(roles),
        log_groups=[str(name) for one in to_xray for name in listed(one.get("aws_log_groups"))],
        beyond=list(dict.fromkeys(_beyond(configuration, metrics_by_default=default))),
        given_up=["metrics that arrive over OpenTelemetry's protocol"] if default else (),
    )


def _beyond(configuration: Mapping[str, Any], *, metrics_by_default: bool) -> Iterator[str]:
    for name in mapping(at(configuration, "service.pipelines")):
        if component_type(name) != "traces" and not metrics_by_default:
            yield f"the pipeline '{name}'"
    for pipeline in traces_pipelines(configuration):
        for section, known in (("receivers", _RECEIVERS), ("processors", _PROCESSORS)):
            for name in components(pipeline, section):
                settings = mapping(configuration.get(section)).get(name)
                if component_type(name) not in known and not _sets_origin(name, settings):
                    yield f"'{name}' among its {section}"
        for name in components(pipeline, "exporters"):
            yield from _beyond_exporter(name, configuration)
    for name in listed(at(configuration, "service.extensions")):
        if component_type(str(name)) not in _EXTENSIONS:
            yield f"'{name}' among its extensions"


def _beyond_exporter(name: str, configuration: Mapping[str, Any]) -> Iterator[str]:
    settings = mapping(mapping(configuration.get("exporters")).get(name))
    if component_type(name) == "awsxray":
        yield from (f"'{key}' of its exporter" for key in settings if key not in _EXPORTED)
    elif not any(is_traces_endpoint(settings.get(key)) for key in ("endpoint", "traces_endpoint")):
        yield f"'{name}' among its exporters"


def _sets_origin(name: str, settings: object) -> bool:
    if component_type(name) != "resource":
        return False
    keys = {str(one.get("key")) for one in listed(at(settings, "attributes")) if mapping(one)}
    return keys <= _ORIGIN_KEYS
