"""Which keys of a service exclude or need each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.environments.lenient import Found
from cdk_ecs_xray.errors import Problem

TRACING_NAME_VARIABLE = "AWS_XRAY_TRACING_NAME"
OF_A_CONTAINER = (
    "image",
    "command",
    "entry_point",
    "port",
    "ports",
    "cpu",
    "memory_reservation_mib",
    "memory_limit_mib",
    "environment",
    "environment_files",
    "secrets",
    "health_check",
    "log_group",
    "ulimits",
    "mounts",
    "instrument",
)
"""Keys that a service with one container has itself."""
OF_A_TASK_DEFINITION = (
    # What traces an app is no part of what a file says of it.
    *(key for key in OF_A_CONTAINER if key != "instrument"),
    "containers",
    "network_mode",
    "architecture",
    "task_cpu",
    "task_memory_mib",
    "ephemeral_storage_gib",
    "volumes",
)
"""Keys that say what a task definition of its own says."""
OF_A_FILE = ("task_definition_values", "replace_collector")
"""Keys that say what is done with a file of a task definition."""
OF_A_SERVICE_ONLY = (
    "desired_count",
    "deployment",
    "discovery",
    "service_connect",
    "load_balancer",
    "health_check_grace_seconds",
    "scaling",
)
"""Keys that a task on a schedule has no service for."""
OF_FARGATE_ONLY = ("ephemeral_storage_gib",)
_PAIRS = (("cluster", "new_cluster"), ("capacity_providers", "new_cluster"))


def excluded_by(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys that a service has no use for, so that no default gives it one."""
    found: set[str] = set()
    if data.get("task_definition") is not None:
        found |= {*OF_A_TASK_DEFINITION}
    elif data.get("containers") is not None:
        found |= {*OF_A_CONTAINER}
    if data.get("image") is not None:
        found |= {"containers", "task_definition", *OF_A_FILE}
    if data.get("schedule") is not None:
        found |= {*OF_A_SERVICE_ONLY}
    for pair in _PAIRS:
        for one, other in (pair, pair[::-1]):
            if data.get(one) is not None:
                found.add(other)
    return frozenset(found)


def problems(data: Mapping[str, Any]) -> Found:
    """Return what is wrong with which keys a service has."""
    yield from _what_runs(data)
    yield from _together(data)
    yield from _tracing_name(data)


def _what_runs(data: Mapping[str, Any]) -> Found:
    path, containers = data.get("task_definition"), data.get("containers")
    if path is not None:
        return (yield from _beside(data, f"task_definition '{path}'", OF_A_TASK_DEFINITION))
    for key in OF_A_FILE:
        if data.get(key) is not None:
            yield (
                (key,),
                Problem(what="requires `task_definition`", fix=f"Add it, or remove `{key}`."),
            )
    if containers is not None:
        yield from _beside(data, "containers", OF_A_CONTAINER, fix="Set it in a container.")
        if containers == []:
            yield (
                ("containers",),
                Problem(
                    what="must hold at least one container", got="an empty list", fix="Add one."
                ),
            )
    elif data.get("image") is None:
        yield (
            ("image",),
            Problem(what="is required", fix="Add it, or set `task_definition`."),
        )


def _together(data: Mapping[str, Any]) -> Found:
    # An empty mapping asks for a new cluster with its defaults, so it counts.
    if None not in (data.get("cluster"), data.get("new_cluster")):
        yield (
            ("new_cluster",),
            Problem(what=f"and cluster '{data['cluster']}' cannot be combined", fix="Keep one."),
        )
    if None not in (data.get("capacity_providers"), data.get("new_cluster")):
        yield (
            ("capacity_providers",),
            Problem(
                what="and new_cluster cannot be combined",
                fix="A new cluster has no providers: name an existing cluster.",
            ),
        )
    if data.get("schedule") is not None:
        yield from _beside(
            data, "schedule", OF_A_SERVICE_ONLY, fix="A schedule starts tasks without a service."
        )
    if data.get("health_check_grace_seconds") is not None and data.get("load_balancer") is None:
        yield (
            ("health_check_grace_seconds",),
            Problem(what="requires `load_balancer`", fix="Add it, or remove the seconds."),
        )


def _beside(
    data: Mapping[str, Any],
    other: str,
    keys: Sequence[str],
    *,
    fix: str = "Set it in that file.",
) -> Found:
    for key in keys:
        if data.get(key) is not None:
            yield (key,), Problem(what=f"and {other} cannot be combined", fix=fix)


def _tracing_name(data: Mapping[str, Any]) -> Found:
    variables = data.get("environment")
    if data.get("tracing_name") is None or not isinstance(variables, Mapping):
        return
    if TRACING_NAME_VARIABLE in variables:
        yield (
            ("tracing_name",),
            Problem(
                what=f"and {TRACING_NAME_VARIABLE} in environment cannot be combined",
                fix="Keep one.",
            ),
        )
