"""The log groups that the containers of a deployment write to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment
    from cdk_ecs_xray.verify.traced_service import TracedService

_LOG_GROUP = "AWS::Logs::LogGroup"


@dataclass(frozen=True, kw_only=True)
class ContainerLogGroup:
    """Where one container writes.

    :param name: in AWS; None when the template leaves it to something that cannot be read.
    :param streams: what the names of its streams begin with, where other containers that are no
        collectors write into the same group; empty where the group is the collectors' own.
    :param retention: in days as synthesized; None keeps lines forever.
    :param in_template: the container's own stack makes the group.
    """

    name: str | None
    region: str
    service: str
    container: str
    of_collector: bool
    streams: str
    retention: object
    in_template: bool


def log_groups(deployment: Deployment) -> Iterator[ContainerLogGroup]:
    """Yield the log group of each container of a traced service that logs to CloudWatch."""
    found = [group for service in deployment.services for group in _groups(deployment, service)]
    shared = {(group.region, group.name) for group in found if not group.of_collector}
    for group in found:
        own = not group.of_collector or (group.region, group.name) not in shared
        yield replace(group, streams="") if own else group


def _groups(deployment: Deployment, service: TracedService) -> Iterator[ContainerLogGroup]:
    values = deployment.values(service.stack)
    groups = service.stack.resources(_LOG_GROUP)
    for container in _logging(service.containers):
        options = container["LogConfiguration"]["Options"]
        wanted: Any = options["awslogs-group"]
        logical_id = wanted.get("Ref", "") if isinstance(wanted, dict) else ""
        properties = groups.get(logical_id, {})
        name = values.resolve(wanted)
        if not isinstance(name, str):
            # Not deployed yet, but a fixed name is known all the same.
            name = properties.get("LogGroupName")
        region = values.resolve(options.get("awslogs-region", service.region))
        prefix = values.resolve(options.get("awslogs-stream-prefix", ""))
        yield ContainerLogGroup(
            name=name if isinstance(name, str) else None,
            region=region if isinstance(region, str) else service.region,
            service=service.name,
            container=str(container.get("Name")),
            of_collector=container.get("Name") in service.collectors,
            # Streams are named PREFIX/CONTAINER/TASK, and by Docker's id without a prefix.
            streams=f"{prefix}/{container.get('Name')}/" if prefix else "",
            retention=properties.get("RetentionInDays"),
            in_template=logical_id in groups,
        )


def _logging(containers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for container in containers:
        if "awslogs-group" in container.get("LogConfiguration", {}).get("Options", {}):
            yield container
