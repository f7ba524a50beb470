"""Finds the services of a template that are to be traced. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.templates.assembly import StackSource
from cdk_ecs_xray.templates.containers import evidence_of

_SERVICE = "AWS::ECS::Service"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_ADDRESSES = {
    "AWS_XRAY_DAEMON_ADDRESS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
}
_NAMES = ("AWS_XRAY_TRACING_NAME", "OTEL_SERVICE_NAME")


@dataclass(frozen=True, kw_only=True)
class TracedService:
    """An ECS service that is to send traces, or a collector that runs as a service.

    :param name: the service's name where the template has one, its logical id otherwise.
    :param task_definition: logical id; None when the template refers to another's.
    :param collectors: names of the containers that send to X-Ray.
    :param tracing_names: the names that its apps have in X-Ray.
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


def traced_services(stack: StackSource, *, region: str) -> Iterator[TracedService]:
    """Yield the services with a collector in their task, or with an app that sends to one.

    Those whose task definition is elsewhere are among them, as nobody knows what they hold.
    """
    definitions = stack.resources(_TASK_DEFINITION)
    for logical_id, properties in stack.resources(_SERVICE).items():
        reference = properties.get("TaskDefinition")
        definition: str | None = reference.get("Ref") if isinstance(reference, dict) else None
        containers = definitions.get(definition or "", {}).get("ContainerDefinitions", [])
        collectors = [
            str(container.get("Name"))
            for container in containers
            if collects_traces(evidence_of(container))
        ]
        apps = [container for container in containers if _ADDRESSES & _variables(container).keys()]
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
                tracing_names=[name for app in apps if (name := _tracing_name(app)) is not None],
            )


def _tracing_name(container: Mapping[str, Any]) -> str | None:
    variables = _variables(container)
    return next((variables[name] for name in _NAMES if isinstance(variables.get(name), str)), None)


def _variables(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        variable.get("Name"): variable.get("Value") for variable in container.get("Environment", [])
    }
