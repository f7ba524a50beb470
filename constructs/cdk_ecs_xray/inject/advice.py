"""What the owner of a traced task definition should know, in the words of a warning. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors import CollectorContainer
from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID, WriteAccess, log_needs
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.plan.execution import Place
from cdk_ecs_xray.plan.network import XRAY_PORT, SidecarNetwork
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
            what=f"'{collector['name']}' with image '{collector.get('image')}' is a collector "
            "already, so nothing was added",
            fix="Keep it, or pass --replace (replace_collector in Python and environment files).",
        ),
    )


def nothing_to_replace(where: str) -> Warned:
    """Say that there was no collector, so that one was added as without ``--replace``."""
    return Warned(
        id="ecs-xray:nothing-to-replace",
        problem=Problem(
            where=where,
            what="collector not found, so there was nothing to replace and one is added",
            fix="Leave --replace (replace_collector in Python and environment files) out.",
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


def policy(description: CollectorContainer | WriteAccess) -> dict[str, Any]:
    """Return the policy that the task role needs, as IAM takes it."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": WRITE_ACCESS_SID,
            "Effect": "Allow",
            "Action": list(description.actions),
            "Resource": "*",
        }
    ]
    # The account that the task will run in is not known here.
    anywhere = Place(partition="*", region="*", account="*")
    statements += [
        {"Effect": "Allow", "Action": list(need.actions), "Resource": need.resources[0]}
        for need in log_needs(description.written_log_groups, anywhere)
    ]
    if description.assumes_role is not None:
        statements.append(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": description.assumes_role}
        )
    return {"Version": "2012-10-17", "Statement": statements}


_ROOM = "Make sure that it leaves room for the sidecar."


def _open_values(definition: Definition, network: SidecarNetwork) -> Iterator[tuple[str, str, str]]:
    field = definition.field
    for key in ("cpu", "memory"):
        if is_open(field.get(key)):
            yield f"the task's {key}", field[key], _ROOM
    launch_types = field.get("requiresCompatibilities")
    for launch_type in launch_types if isinstance(launch_types, list) else [launch_types]:
        if is_open(launch_type):
            yield "the launch type", str(launch_type), f"It must allow {network.mode} mode."
    platform = field.get("runtimePlatform")
    family = platform.get("operatingSystemFamily") if isinstance(platform, dict) else platform
    if is_open(family):
        yield "the operating system", str(family), "It must be Linux."
    for container in definition.containers:
        yield from _open_values_of(container, definition, network)


def _open_values_of(
    container: RawContainer, definition: Definition, network: SidecarNetwork
) -> Iterator[tuple[str, str, str]]:
    name = container["name"]
    for key in ("cpu", "memory", "memoryReservation"):
        if is_open(container.get(key)) and definition.field.get("cpu") is not None:
            yield f"{key} of '{name}'", container[key], _ROOM
    free = f"It must leave the collector's ports free, {XRAY_PORT} among them."
    named = "It must set none of the variables that are added."
    for key, fix in (("portMappings", free), ("environment", named), ("secrets", named)):
        shares = key != "portMappings" or not network.linked
        found = container.get(key)
        for item in found if isinstance(found, list) else [found]:
            if is_open(item) and shares:
                yield f"{key} of '{name}'", str(item), fix
    for mapping in members(container, "portMappings"):
        port = mapping.get("containerPort")
        if is_open(port) and not network.linked:
            yield f"a port of '{name}'", str(port), free
