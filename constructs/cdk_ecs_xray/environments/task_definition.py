"""A service as one task definition, in the spelling of ECS's API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.environments.container import Container, PublishedPort
from cdk_ecs_xray.environments.roles import role_arn
from cdk_ecs_xray.environments.service import Service

_ARCHITECTURES = {"x86_64": "X86_64", "arm64": "ARM64"}
COMPATIBILITIES = {
    "ec2": "EC2",
    "fargate": "FARGATE",
    "external": "EXTERNAL",
    "managed_instances": "MANAGED_INSTANCES",
}
"""What ECS calls each launch type."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a task definition says of where it is; CDK tokens where only a stack knows.

    :param log_group: of the app's containers that name none of their own.
    """

    partition: str
    region: str
    account: str
    url_suffix: str
    log_group: str


ANYWHERE = Surroundings(
    partition="aws",
    region="us-east-1",
    account="111122223333",
    url_suffix="amazonaws.com",
    log_group="any",
)
"""Represents what only a stack knows, while everything else is checked."""


def task_definition(service: Service, *, family: str, place: Surroundings) -> dict[str, Any]:
    """Return what ``register-task-definition`` takes for a service that has no file of its own."""
    content: dict[str, Any] = {
        "containerDefinitions": [_container(app, service, place) for app in service.apps],
        "family": family,
        "networkMode": service.network_mode,
        "requiresCompatibilities": [COMPATIBILITIES[service.launch]],
    }
    optional: dict[str, Any] = {
        "cpu": service.task_cpu,
        "memory": service.task_memory_mib,
        "runtimePlatform": _platform(service),
        "ephemeralStorage": (
            None
            if service.ephemeral_storage_gib is None
            else {"sizeInGiB": service.ephemeral_storage_gib}
        ),
        # A scheduled task takes its tags from here, a service's from the service.
        "tags": _tags(service) if service.schedule is not None else None,
        "volumes": [_volume(service, name) for name in service.volumes] or None,
    }
    content |= {key: value for key, value in optional.items() if value is not None}
    for key, role in (
        ("taskRoleArn", service.roles.task),
        ("executionRoleArn", service.roles.execution),
    ):
        if role is not None:
            content[key] = role_arn(role, partition=place.partition, account=place.account)
    return content


def _tags(service: Service) -> list[dict[str, str]] | None:
    return [{"key": key, "value": value} for key, value in service.tags.items()] or None


def _platform(service: Service) -> Mapping[str, str] | None:
    if service.architecture is None:
        return None
    return {
        "cpuArchitecture": _ARCHITECTURES[service.architecture],
        "operatingSystemFamily": "LINUX",
    }


def _volume(service: Service, name: str) -> dict[str, Any]:
    volume = service.volumes[name]
    if volume.efs is not None:
        return {"name": name, "efsVolumeConfiguration": volume.efs.configuration}
    host = {} if volume.host_path is None else {"host": {"sourcePath": volume.host_path}}
    return {"name": name, **host}


def _container(app: Container, service: Service, place: Surroundings) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": app.name,
        "image": app.image,
        "cpu": app.cpu,
        "memoryReservation": app.memory_reservation_mib,
        "essential": app.essential,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": place.log_group if app.log_group is None else app.log_group,
                "awslogs-stream-prefix": "app",
                "awslogs-region": place.region,
            },
        },
    }
    optional: dict[str, Any] = {
        "memory": app.memory_limit_mib,
        "command": None if app.command is None else list(app.command),
        "entryPoint": None if app.entry_point is None else list(app.entry_point),
        "healthCheck": _health_check(app),
        "environment": [{"name": name, "value": value} for name, value in app.environment.items()]
        or None,
        "environmentFiles": [{"type": "s3", "value": arn} for arn in app.environment_files] or None,
        "secrets": _secrets(app, place) or None,
        "portMappings": [_port(port, service.network_mode) for port in app.all_ports] or None,
        "ulimits": [
            {"name": limit.name, "softLimit": limit.soft, "hardLimit": limit.hard}
            for limit in app.ulimits
        ]
        or None,
        "mountPoints": [
            {
                "sourceVolume": mount.volume,
                "containerPath": mount.path,
                "readOnly": mount.read_only,
            }
            for mount in app.mounts
        ]
        or None,
        "dependsOn": [
            {"containerName": name, "condition": condition}
            for name, condition in app.depends_on.items()
        ]
        or None,
    }
    return container | {key: value for key, value in optional.items() if value is not None}


def _health_check(app: Container) -> dict[str, Any] | None:
    if app.health_check is None:
        return None
    check = app.health_check
    return {
        "command": list(check.command),
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "retries": check.retries,
        "startPeriod": check.start_period_seconds,
    }


def _secrets(app: Container, place: Surroundings) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "valueFrom": secret.reference(
                region=place.region, account=place.account, partition=place.partition
            ),
        }
        for name, secret in app.secrets.items()
    ]


def _port(port: PublishedPort, mode: str) -> dict[str, Any]:
    # In bridge mode Docker chooses; elsewhere what is bound is what is published.
    chosen = 0 if mode == "bridge" and port.host_port is None else port.host_port
    found: dict[str, Any] = {"containerPort": port.port, "protocol": port.protocol}
    optional = {"hostPort": chosen, "name": port.name, "appProtocol": port.app_protocol}
    return found | {key: value for key, value in optional.items() if value is not None}
