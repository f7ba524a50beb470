"""The sidecar as ECS's API spells it, equal to what :class:`XRaySidecar` deploys. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors import CollectorContainer
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.profile import SidecarProfile

_HEALTH_CHECK_TIMES = {"interval": 30, "retries": 3, "timeout": 5}
"""ECS's own defaults, in seconds and attempts; written out, as CDK does."""


def sidecar_json(
    name: str,
    *,
    description: CollectorContainer,
    network: SidecarNetwork,
    profile: SidecarProfile,
    log_configuration: Mapping[str, Any] | None,
    user: str | None = None,
) -> dict[str, Any]:
    """Return the container definition, without keys that would hold nothing.

    :param user: whose traffic a proxy of the task leaves alone; None keeps the image's own.
    """
    sandboxed = profile.sandboxed and description.runs_sandboxed
    if log_configuration is not None and profile.log_mode is not None:
        log_options = {**log_configuration["options"], "mode": profile.log_mode}
        log_configuration = {**log_configuration, "options": log_options}
    optional: dict[str, Any] = {
        "memory": profile.memory_limit_mib,
        "command": list(description.command) or None,
        "environment": pairs(description.environment) or None,
        "portMappings": _port_mappings(description, network) or None,
        "healthCheck": (
            None
            if description.health_check is None
            else {"command": ["CMD", *description.health_check], **_HEALTH_CHECK_TIMES}
        ),
        "restartPolicy": (
            {"enabled": True, "restartAttemptPeriod": profile.restart_attempt_period_seconds}
            if profile.restart
            else None
        ),
        "stopTimeout": profile.stop_timeout_seconds,
        "user": user,
        "readonlyRootFilesystem": sandboxed or None,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}} if sandboxed else None,
        "dockerSecurityOptions": ["no-new-privileges"] if profile.no_new_privileges else None,
        "logConfiguration": log_configuration,
    }
    return {
        "name": name,
        "image": description.image,
        "essential": profile.essential,
        "cpu": profile.cpu,
        "memoryReservation": profile.memory_reservation_mib,
        **{key: value for key, value in optional.items() if value is not None},
    }


def awslogs(*, group: str, region: str, creates_group: bool = False) -> dict[str, Any]:
    """Return the log configuration that the reference setup gives its sidecar.

    :param creates_group: awslogs creates the group; without it a task whose group is missing
        cannot start.
    """
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": group,
            "awslogs-region": region,
            "awslogs-stream-prefix": "xray",
            **({"awslogs-create-group": "true"} if creates_group else {}),
        },
    }


def pairs(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """Return variables as ECS lists them."""
    return [{"name": name, "value": value} for name, value in environment.items()]


def differences(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> Sequence[str]:
    """Return the members in which a container is not the sidecar that would be added now.

    What ECS adds when it describes one is no difference: empty lists, and the host's port in the
    modes where it is the container's. Nor is another mode of awslogs, or none: that is its owner's
    choice.
    """
    found, expected = _comparable(present), _comparable(wanted)
    return sorted(
        key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)
    )


def _comparable(container: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in container.items() if value not in ([], {}, None)}
    # What the file held before is in a label: docs/inject.md.
    found.pop("dockerLabels", None)
    if "environment" in found:
        found["environment"] = {pair["name"]: pair.get("value") for pair in found["environment"]}
    log = found.get("logConfiguration")
    if isinstance(log, Mapping) and isinstance(log.get("options"), Mapping):
        options = {key: value for key, value in log["options"].items() if key != "mode"}
        found["logConfiguration"] = {**log, "options": options}
    if "portMappings" in found:
        found["portMappings"] = [
            {
                key: value
                for key, value in mapping.items()
                if key != "hostPort" or value not in (0, mapping.get("containerPort"))
            }
            for mapping in found["portMappings"]
        ]
    return found


def _port_mappings(
    description: CollectorContainer, network: SidecarNetwork
) -> Sequence[dict[str, Any]]:
    ports = [*description.ports, *(description.linked_ports if network.shared else ())]
    mappings = []
    for port in ports:
        host_port = network.published(port.container_port)
        mappings.append(
            {
                "containerPort": port.container_port,
                **({} if host_port is None else {"hostPort": host_port}),
                "protocol": port.protocol,
            }
        )
    return mappings
