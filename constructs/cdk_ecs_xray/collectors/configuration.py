"""Custom configurations of collectors: read once, checked before anything is synthesized."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.network import ALL_INTERFACES, LOOPBACK

Configuration = Mapping[str, Any]


def load(where: str, config: Configuration | str | Path) -> Configuration:
    """Return a configuration from a mapping or a YAML or JSON file, as a copy of its own.

    :raises ConfigurationError: when the file cannot be read or holds no mapping.
    """
    if isinstance(config, str | Path):
        from cdk_ecs_xray.files.model_file import read_mapping

        return read_mapping(config)
    if not isinstance(config, Mapping):
        raise ConfigurationError(
            Problem(
                where=where,
                what="config must be a mapping or the path of a file",
                got=type(config).__name__,
                fix="Parse it first.",
            )
        )
    return deepcopy(dict(config))


def at(config: object, path: str) -> Any:
    """Return the value at ``a.b.c``, or None where the path ends early."""
    for key in path.split("."):
        if not isinstance(config, Mapping):
            return None
        config = config.get(key)
    return config


def listening_problems(
    where: str, field: str, endpoint: object, *, port: int, bind_address: str
) -> Sequence[Problem]:
    """Return why an app would not reach a receiver that listens at this endpoint."""
    wanted = f"{bind_address}:{port}"
    if not isinstance(endpoint, str) or ":" not in endpoint:
        return (
            Problem(
                where=where,
                what=f"{field} must be an address to listen at",
                got=f"{endpoint!r}",
                fix=f"Write {wanted}.",
            ),
        )
    host, _, listening_port = endpoint.rpartition(":")
    if listening_port != str(port):
        return (
            Problem(
                where=where,
                what=f"{field} must listen on port {port}, where apps send to",
                got=f"'{endpoint}'",
                fix=f"Write {wanted}.",
            ),
        )
    if bind_address == ALL_INTERFACES and host in (LOOPBACK, "localhost", "[::1]"):
        return (
            Problem(
                where=where,
                what=f"{field} must not be loopback in bridge mode, where apps are in other "
                "containers",
                got=f"'{endpoint}'",
                fix=f"Write {wanted}.",
            ),
        )
    return ()
