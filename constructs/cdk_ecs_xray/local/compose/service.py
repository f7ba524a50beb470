"""One container of a task definition as a service of Docker Compose. Pure.

What each member is called in either was read in ECS's RegisterTaskDefinition and in the Compose
Specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.inject.definition import RawContainer, members

_CONDITIONS = {
    "START": "service_started",
    "HEALTHY": "service_healthy",
    "SUCCESS": "service_completed_successfully",
    # Compose has no condition that a failure fulfills.
    "COMPLETE": "service_completed_successfully",
}
# ECS's defaults, in seconds; Docker has others.
_HEALTH = {"interval": 30, "timeout": 5, "startPeriod": 0}
_STOP = 30
_TESTS = ("CMD", "CMD-SHELL", "NONE")


def _same(value: Any) -> Any:
    return value


def _mebibytes(value: int) -> str:
    return f"{value}m"


def _health(check: Mapping[str, Any]) -> Mapping[str, Any]:
    seconds = {key: f"{check.get(key) or default}s" for key, default in _HEALTH.items()}
    command = check["command"]
    return {
        # ECS runs a command without any of these as CMD; Compose refuses it.
        "test": command if command[0] in _TESTS else ["CMD", *command],
        "interval": seconds["interval"],
        "timeout": seconds["timeout"],
        "retries": check.get("retries") or 3,
        "start_period": seconds["startPeriod"],
    }


def _ulimits(limits: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        limit["name"]: {"soft": limit["softLimit"], "hard": limit["hardLimit"]} for limit in limits
    }


# By ECS's name: Compose's, and how a value is written there.
_MEMBERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "image": ("image", _same),
    "entryPoint": ("entrypoint", _same),
    "command": ("command", _same),
    "workingDirectory": ("working_dir", _same),
    "user": ("user", _same),
    "hostname": ("hostname", _same),
    "privileged": ("privileged", _same),
    "readonlyRootFilesystem": ("read_only", _same),
    "interactive": ("stdin_open", _same),
    "pseudoTerminal": ("tty", _same),
    "dockerLabels": ("labels", _same),
    "dockerSecurityOptions": ("security_opt", _same),
    "ulimits": ("ulimits", _ulimits),
    "cpu": ("cpu_shares", _same),
    "memory": ("mem_limit", _mebibytes),
    "memoryReservation": ("mem_reservation", _mebibytes),
    "healthCheck": ("healthcheck", _health),
}
# Those that are read elsewhere, and those that mean nothing on one machine.
_ELSEWHERE = frozenset(
    {
        *("name", "essential", "environment", "secrets", "links", "portMappings", "dependsOn"),
        *("mountPoints", "volumesFrom", "stopTimeout", "startTimeout", "linuxParameters"),
        *("restartPolicy", "extraHosts", "versionConsistency"),
    }
)
_LINUX = frozenset({"capabilities", "initProcessEnabled", "sharedMemorySize"})


def service_of(
    container: RawContainer,
    *,
    volumes: Sequence[Mapping[str, Any]],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """Return the service; what is not set is left out.

    :param volumes: of the task.
    :param environment: with all that ECS would add.
    """
    service = {
        name: write(container[member])
        for member, (name, write) in _MEMBERS.items()
        if container.get(member)
    }
    service["environment"] = dict(environment)
    service["network_mode"] = "host"
    service |= _linux(container.get("linuxParameters") or {})
    service["stop_grace_period"] = f"{container.get('stopTimeout') or _STOP}s"
    if (container.get("restartPolicy") or {}).get("enabled"):
        service["restart"] = "unless-stopped"
    if hosts := members(container, "extraHosts"):
        service["extra_hosts"] = [f"{host['hostname']}:{host['ipAddress']}" for host in hosts]
    if dependencies := members(container, "dependsOn"):
        service["depends_on"] = {
            one["containerName"]: {"condition": _CONDITIONS[one["condition"]]}
            for one in dependencies
        }
    if mounts := [_mount(one, volumes) for one in members(container, "mountPoints")]:
        service["volumes"] = mounts
    if sources := members(container, "volumesFrom"):
        service["volumes_from"] = [
            one["sourceContainer"] + (":ro" if one.get("readOnly") else "") for one in sources
        ]
    return service


def left_out_of(container: RawContainer) -> Sequence[str]:
    """Return what a container sets that its service does not have, by ECS's names."""
    known = _ELSEWHERE | _MEMBERS.keys()
    linux = container.get("linuxParameters") or {}
    return [
        *(name for name in sorted(container) if container[name] and name not in known),
        *(name for name in sorted(linux) if linux[name] and name not in _LINUX),
    ]


def _linux(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    capabilities = parameters.get("capabilities") or {}
    found = {
        "cap_add": capabilities.get("add"),
        "cap_drop": capabilities.get("drop"),
        "init": parameters.get("initProcessEnabled"),
        "shm_size": _mebibytes(parameters.get("sharedMemorySize") or 0),
    }
    if not parameters.get("sharedMemorySize"):
        del found["shm_size"]
    return {name: value for name, value in found.items() if value}


def _mount(mount: Mapping[str, Any], volumes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return a mount of a path of this machine, or of a volume that Docker makes."""
    name = mount.get("sourceVolume", "")
    volume = next((one for one in volumes if one.get("name") == name), {})
    path = (volume.get("host") or {}).get("sourcePath")
    return {
        "type": "bind" if path else "volume",
        "source": path or name,
        "target": mount["containerPath"],
        "read_only": bool(mount.get("readOnly")),
    }
