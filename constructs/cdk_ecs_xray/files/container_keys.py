"""The keys of a container definition in any case, as Terraform's provider takes them. Pure.

The provider compares keys without case, and modules write ``entrypoint``; ECS's own spelling is
that of the API. A test holds the table to the API's model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEYS = """
    add appProtocol capabilities command condition containerName containerPath containerPort
    containerPortRange cpu credentialSpecs credentialsParameter dependsOn devices disableNetworking
    dnsSearchDomains dnsServers dockerLabels dockerSecurityOptions drop enabled entryPoint
    environment environmentFiles essential extraHosts firelensConfiguration hardLimit healthCheck
    hostPath hostPort hostname ignoredExitCodes image initProcessEnabled interactive interval
    ipAddress links linuxParameters logConfiguration logDriver maxSwap memory memoryReservation
    mountOptions mountPoints name namespace options permissions portMappings privileged protocol
    pseudoTerminal readOnly readonlyRootFilesystem repositoryCredentials resourceRequirements
    restartAttemptPeriod restartPolicy retries secretOptions secrets sharedMemorySize size softLimit
    sourceContainer sourceVolume startPeriod startTimeout stopTimeout swappiness systemControls
    timeout tmpfs type ulimits user value valueFrom versionConsistency volumesFrom workingDirectory
"""
API_KEYS: Mapping[str, str] = {key.lower(): key for key in _KEYS.split()}
"""The API's spelling of each key by its small letters."""

USERS_OWN = frozenset({"dockerLabels", "options"})
"""Keys of mappings whose own keys are the user's: labels and a log driver's options."""


def api_key(key: str) -> str:
    """Return a key as the API spells it; one that it does not know stays as it is."""
    return API_KEYS.get(key.lower(), key)


def in_api_spelling(value: Any) -> Any:
    """Return a container definition, or a list of them, with keys as the API spells them.

    :raises KeyError: for a key that is there twice, in two spellings.
    """
    if isinstance(value, list):
        return [in_api_spelling(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    spelled: dict[str, Any] = {}
    for key, inner in value.items():
        name = api_key(key)
        if name in spelled:
            raise KeyError(key)
        spelled[name] = inner if name in USERS_OWN else in_api_spelling(inner)
    return spelled
