"""Whether a service's own task definition is what the service says of it. Pure."""

from __future__ import annotations

from cdk_ecs_xray.environments.lenient import Found
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.task_definition import COMPATIBILITIES
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject import TracedTaskDefinitionFile

_ROLES = (("task", "taskRoleArn"), ("execution", "executionRoleArn"))


def file_problems(service: Service, file: TracedTaskDefinitionFile) -> Found:
    """Return what keys of a service and its file disagree on."""
    if service.task_definition is None:
        return
    fits = file.content.get("requiresCompatibilities") or ["EC2"]
    if COMPATIBILITIES[service.launch] not in fits:
        yield (
            ("launch",),
            Problem(
                what=f"must be what requiresCompatibilities of {file.where} has: "
                f"{', '.join(map(str, fits))}",
                got=f"'{service.launch}'",
                fix="Set launch, or add it to the file.",
            ),
        )
    for key, member in _ROLES:
        if getattr(service.roles, key) is not None and file.content.get(member) is not None:
            yield (
                ("roles", key),
                Problem(what=f"and {member} in {file.where} cannot be combined", fix="Keep one."),
            )
