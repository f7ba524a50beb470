"""A task definition in CloudFormation's spelling. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_SPELLING = MappingProxyType(
    {
        "efsVolumeConfiguration": "EFSVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration": "FSxWindowsFileServerVolumeConfiguration",
        "iam": "IAM",
        "s3filesVolumeConfiguration": "S3FilesVolumeConfiguration",
    }
)
"""Keys that CloudFormation spells otherwise than with a capital letter."""

_SPELLING_IN = MappingProxyType(
    {
        "efsVolumeConfiguration": {"fileSystemId": "FilesystemId"},
        "proxyConfiguration": {"properties": "ProxyConfigurationProperties"},
    }
)
"""The same, for keys that are called so in one place only."""

_USERS_OWN = frozenset({"dockerLabels", "driverOpts", "labels", "options"})
"""Mappings whose keys are the user's: labels and a driver's options."""


def cloudformation(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of ``AWS::ECS::TaskDefinition``.

    A key that ECS or this version of the kit does not know gets a capital letter like all
    others. Nulls go: CloudFormation has none.
    """
    properties: dict[str, Any] = _spelled(content, "")
    for key in ("Cpu", "Memory"):
        if isinstance(properties.get(key), int):
            properties[key] = str(properties[key])
    return properties


def _spelled(value: Any, owner: str) -> Any:
    if isinstance(value, list):
        return [_spelled(item, owner) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        _key(key, owner): (
            dict(inner)
            if key in _USERS_OWN and isinstance(inner, Mapping)
            else _spelled(inner, key)
        )
        for key, inner in value.items()
        if inner is not None
    }


def _key(key: str, owner: str) -> str:
    special = _SPELLING_IN.get(owner, {}).get(key)
    if special is not None:
        return special
    return _SPELLING.get(key, key[:1].upper() + key[1:])
