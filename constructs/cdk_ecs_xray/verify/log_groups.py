"""The log groups that the containers of a deployment write to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment

_LOG_GROUP = "AWS::Logs::LogGroup"


@dataclass(frozen=True, kw_only=True)
class ContainerLogGroup:
    """Where one container writes.

    :param name: in AWS; None when the template leaves it to something that cannot be read.
    :param retention: in days as synthesised; None keeps lines for ever.
    :param in_template: the container's own stack makes the group.
    """

    name: str | None
    region: str
    container: str
    of_collector: bool
    retention: object
    in_template: bool


def log_groups(deployment: Deployment) -> Iterator[ContainerLogGroup]:
    """Yield the log group of each container of a traced service that logs to CloudWatch."""
    for service in deployment.services:
        values = deployment.values(service.stack)
        groups = service.stack.resources(_LOG_GROUP)
        for container in service.containers:
            options = container.get("LogConfiguration", {}).get("Options", {})
            if "awslogs-group" not in options:
                continue
            wanted: Any = options["awslogs-group"]
            logical_id = wanted.get("Ref", "") if isinstance(wanted, dict) else ""
            properties = groups.get(logical_id, {})
            name = values.resolve(wanted)
            if not isinstance(name, str):
                # Not deployed yet, but a fixed name is known all the same.
                name = properties.get("LogGroupName")
            region = values.resolve(options.get("awslogs-region", service.region))
            yield ContainerLogGroup(
                name=name if isinstance(name, str) else None,
                region=region if isinstance(region, str) else service.region,
                container=str(container.get("Name")),
                of_collector=container.get("Name") in service.collectors,
                retention=properties.get("RetentionInDays"),
                in_template=logical_id in groups,
            )
