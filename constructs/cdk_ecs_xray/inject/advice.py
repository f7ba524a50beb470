"""What the owner of a traced task definition should know, in the words of a warning. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors import CollectorContainer
from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import Definition, RawContainer
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.wiring import Warned

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html; on
# other instances the instance's own role can write.
_NEED_EXECUTION_ROLE: Mapping[str, str] = {
    "FARGATE": "Fargate",
    "EXTERNAL": "external instances",
    "MANAGED_INSTANCES": "managed instances",
}


def kept_collector(where: str, collector: RawContainer) -> Warned:
    """Say that a collector which is there already was left as it is, and nothing else done."""
    return Warned(
        id="ecs-xray:collector-kept",
        problem=Problem(
            where=where,
            what="it must have no collector of its own to be traced",
            got=f"'{collector['name']}' with image '{collector.get('image')}'",
            fix="Nothing was added, take that container out to have it replaced.",
        ),
    )


def proxied_collector(where: str) -> Warned:
    """Say that the task's proxy catches what the collector sends."""
    return Warned(
        id="ecs-xray:collector-behind-proxy",
        problem=Problem(
            where=where,
            what="the collector must run as the user or group that the task's proxy ignores, and "
            "its image runs as root",
            fix="Set IgnoredGID in proxyConfiguration, or use the X-Ray daemon or ADOT.",
        ),
    )


def advice(definition: Definition, *, writes_log: bool) -> Sequence[Warned]:
    """Return what the task definition lacks outside its containers."""
    if definition.task is None:
        return ()
    found = []
    if definition.field.get("taskRoleArn") is None:
        found.append(
            Warned(
                id="ecs-xray:no-task-role",
                problem=Problem(
                    where=definition.where,
                    what="taskRoleArn is required, so that the collector may send traces",
                    fix="Add a role that may: without it, the collector has no credentials and "
                    "drops every trace.",
                ),
            )
        )
    needing = [one for one in _NEED_EXECUTION_ROLE if one in definition.launch_types]
    if writes_log and needing and definition.field.get("executionRoleArn") is None:
        found.append(
            Warned(
                id="ecs-xray:no-execution-role",
                problem=Problem(
                    where=definition.where,
                    what="executionRoleArn is required, as the execution role writes to awslogs "
                    f"on {_NEED_EXECUTION_ROLE[needing[0]]}",
                    fix="Add a role that may create log streams and put log events.",
                ),
            )
        )
    return found


def unchecked(definition: Definition, network: SidecarNetwork) -> Sequence[Warned]:
    """Return what could not be checked because its value comes later."""
    return [
        Warned(
            id="ecs-xray:not-checked",
            problem=Problem(
                where=definition.where,
                what=f"{what} could not be checked",
                got=f"'{value}'",
                fix=fix,
            ),
        )
        for what, value, fix in _open_values(definition, network)
    ]


def policy(description: CollectorContainer) -> dict[str, Any]:
    """Return the policy that the task role needs, as IAM takes it."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": WRITE_ACCESS_SID,
            "Effect": "Allow",
            "Action": list(description.actions),
            "Resource": "*",
        }
    ]
    if description.assumes_role is not None:
        statements.append(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": description.assumes_role}
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _open_values(definition: Definition, network: SidecarNetwork) -> Iterator[tuple[str, str, str]]:
    room = "Make sure that it leaves room for the sidecar."
    for key in ("cpu", "memory"):
        if is_open(definition.field.get(key)):
            yield f"the task's {key}", definition.field[key], room
    platform = definition.field.get("runtimePlatform")
    if isinstance(platform, dict) and is_open(platform.get("operatingSystemFamily")):
        yield "the operating system", platform["operatingSystemFamily"], "It must be Linux."
    for container in definition.containers:
        for key in ("cpu", "memory", "memoryReservation"):
            if is_open(container.get(key)) and definition.field.get("cpu") is not None:
                yield f"{key} of '{container['name']}'", container[key], room
        for mapping in container.get("portMappings") or ():
            port = mapping.get("containerPort")
            if is_open(port) and not network.linked:
                yield f"a port of '{container['name']}'", port, "It must not be 2000."
