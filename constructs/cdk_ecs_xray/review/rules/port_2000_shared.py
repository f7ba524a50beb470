"""Port 2000 of an instance goes to one task; the next one does not start, or gets no segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import ServiceResource, Stack, TaskDefinition


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    first: dict[str, ServiceResource] = {}
    for stack in stacks:
        for task in stack.task_definitions:
            for service in task.services if _takes_the_instances_port(task) else ():
                yield from _several_of(service)
                # A reference means another cluster in each stack, a name means the same one.
                scope = "" if isinstance(service.cluster, str) else stack.source.file
                other = first.setdefault(f"{scope} {service.cluster}", service)
                if other is not service:
                    yield Found(
                        place=service.place,
                        what="UDP port 2000 of an instance must belong to one task",
                        got=f"'{other.name}' and '{service.name}' in one cluster",
                        fix="Run one collector per instance and send to it, or use bridge mode "
                        f"with {voice_for(task).member('HostPort')} 0.",
                    )


def _several_of(service: ServiceResource) -> Iterator[Found]:
    if service.daemon or service.distinct_instances or service.desired_count is None:
        return
    if service.desired_count > 1:
        yield Found(
            place=service.place,
            what="UDP port 2000 of an instance must belong to one task",
            got=f"{service.desired_count} tasks that may share one",
            fix="Add the placement constraint distinctInstance, or use the DAEMON strategy.",
        )


def _takes_the_instances_port(task: TaskDefinition) -> bool:
    if "FARGATE" in task.platforms or not task.is_traced:
        return False
    return task.mode == "host" or (
        task.mode == "bridge"
        and any(
            port.host == XRAY_PORT
            for collector in task.collectors
            for port in collector.container.ports
        )
    )


RULE = Rule(
    id="port-2000-shared",
    severity=Severity.WARNING,
    title="Several tasks for one port of an instance",
    source=f"{ECS}/networking-networkmode-host.html",
    check=_check,
)
