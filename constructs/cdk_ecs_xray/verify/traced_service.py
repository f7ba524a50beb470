"""Finds the services of a template that are to be traced. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.collectors.recognition import collects_traces, sends_spans
from cdk_ecs_xray.plan.regions import partition_of, url_suffix_of
from cdk_ecs_xray.templates.containers import evidence_of
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.stack_values import StackValues

_SERVICE = "AWS::ECS::Service"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_LOG_GROUP = "AWS::Logs::LogGroup"
_ADDRESSES = {
    "AWS_XRAY_DAEMON_ADDRESS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
}
XRAY_NAME = "AWS_XRAY_TRACING_NAME"
OPEN_TELEMETRY_NAME = "OTEL_SERVICE_NAME"
_OPEN_TELEMETRY = "OTEL_"


@dataclass(frozen=True, kw_only=True)
class TracedService:
    """An ECS service that is to send traces, or a collector that runs as a service.

    :param name: the service's name where the template has one, its logical id otherwise.
    :param task_definition: logical id; None when the template refers to another's.
    :param collectors: names of the containers that send to X-Ray.
    :param sends_spans: one of them, or an app by itself, sends to X-Ray's endpoint for
        OpenTelemetry.
    :param tracing_names: the names that its apps have in X-Ray, each once.
    :param open_telemetry: its apps use OpenTelemetry, and no X-Ray SDK.
    :param asks_for_rules: an app asks the collector for sampling rules, as every X-Ray SDK does and
        OpenTelemetry with the sampler ``xray`` only.
    """

    stack: StackSource
    region: str
    logical_id: str
    name: str
    cluster: Any
    task_definition: str | None
    containers: Sequence[Mapping[str, Any]]
    collectors: Sequence[str]
    tracing_names: Sequence[str]
    sends_spans: bool = False
    open_telemetry: bool = False
    asks_for_rules: bool = True


def traced_services(stack: StackSource, *, region: str) -> Iterator[TracedService]:
    """Yield the services with a collector in their task, or with an app that sends to one.

    Those whose task definition is elsewhere are among them, as nobody knows what they hold.
    """
    definitions = stack.resources(_TASK_DEFINITION)
    resolver = _resolver(stack, region)
    for logical_id, properties in stack.resources(_SERVICE).items():
        reference = properties.get("TaskDefinition")
        definition: str | None = reference.get("Ref") if isinstance(reference, dict) else None
        containers = definitions.get(definition or "", {}).get("ContainerDefinitions", [])
        collectors = [
            str(container.get("Name"))
            for container in containers
            if collects_traces(evidence_of(container))
        ]
        apps = [
            _variables(container)
            for container in containers
            if container.get("Name") not in collectors
            and _sends_traces(_variables(container), beside_collector=bool(collectors))
        ]
        if collectors or apps or definition not in definitions:
            name = properties.get("ServiceName", logical_id)
            yield TracedService(
                stack=stack,
                region=region,
                logical_id=logical_id,
                name=name if isinstance(name, str) else logical_id,
                cluster=properties.get("Cluster", "default"),
                task_definition=definition if definition in definitions else None,
                containers=containers,
                collectors=collectors,
                sends_spans=any(map(_sends_spans, resolver.resolve(containers))),
                tracing_names=tracing_names(apps),
                open_telemetry=bool(apps) and all(map(_only_open_telemetry, apps)),
                asks_for_rules=any(map(_asks_for_rules, apps)) or not apps,
            )


def tracing_names(apps: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Return the names that apps have in X-Ray, by their variables; each once."""
    names = (_tracing_name(variables) for variables in apps)
    return list(dict.fromkeys(name for name in names if name is not None))


def _tracing_name(variables: Mapping[str, Any]) -> str | None:
    """Return one app's name. OpenTelemetry does not read the X-Ray SDKs' variable."""
    names = [variables.get(OPEN_TELEMETRY_NAME), _resource_attribute(variables, "service.name")]
    if not _only_open_telemetry(variables):
        names.insert(0, variables.get(XRAY_NAME))
    return next((name for name in names if isinstance(name, str) and name != ""), None)


def _resource_attribute(variables: Mapping[str, Any], key: str) -> str | None:
    attributes = variables.get("OTEL_RESOURCE_ATTRIBUTES")
    pairs = attributes.split(",") if isinstance(attributes, str) else []
    found = dict(pair.strip().split("=", 1) for pair in pairs if "=" in pair)
    return found.get(key)


def _sends_traces(variables: Mapping[str, Any], *, beside_collector: bool) -> bool:
    if _ADDRESSES & variables.keys():
        return True
    # Without an address, SDKs send to the loopback of the task, where the collector is.
    return beside_collector and any(
        str(name) == XRAY_NAME or str(name).startswith(_OPEN_TELEMETRY) for name in variables
    )


def _sends_spans(container: Mapping[str, Any]) -> bool:
    """Whether a collector, or an app by itself, sends to X-Ray's endpoint for OpenTelemetry."""
    endpoint = _variables(container).get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return sends_spans(evidence_of(container)) or is_traces_endpoint(endpoint)


def _resolver(stack: StackSource, region: str) -> Resolver:
    """Return what resolves configurations and addresses before anything is deployed.

    With the region or a log group in it, a collector's whole configuration is an intrinsic
    function. Of names and accounts any will do: how traces leave does not depend on them.
    """
    references = {
        "AWS::Region": region,
        "AWS::Partition": partition_of(region),
        "AWS::URLSuffix": url_suffix_of(region),
        "AWS::AccountId": "ACCOUNT",
        "AWS::StackName": stack.name,
        **{logical_id: logical_id for logical_id in stack.resources(_LOG_GROUP)},
    }
    return Resolver(stack.template, StackValues(references=references))


def _only_open_telemetry(variables: Mapping[str, Any]) -> bool:
    uses_it = any(str(name).startswith(_OPEN_TELEMETRY) for name in variables)
    return uses_it and "AWS_XRAY_DAEMON_ADDRESS" not in variables


def _asks_for_rules(variables: Mapping[str, Any]) -> bool:
    return not _only_open_telemetry(variables) or variables.get("OTEL_TRACES_SAMPLER") == "xray"


def _variables(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        variable.get("Name"): variable.get("Value") for variable in container.get("Environment", [])
    }
