"""Reads the variables of egress proxies, in either case."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.plan.network import LOOPBACK
from cdk_ecs_xray.templates.address import DaemonAddress, Endpoint, parse_address
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.otlp import GENERIC, destination_of
from cdk_ecs_xray.unknown import Text, Unknown

_SECURE = ("HTTPS_PROXY", "https_proxy")
_PROXIES = (*_SECURE, "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_EXCEPTIONS = ("NO_PROXY", "no_proxy")
_LOOPBACK = frozenset({LOOPBACK, "localhost"})


def proxy_variables(container: Container, *, secure: bool = False) -> Sequence[str]:
    """Return the variables that name a proxy.

    :param secure: only those for HTTPS, which is what AWS is called with.
    """
    names = _SECURE if secure else _PROXIES
    return [name for name in names if container.environment.get(name, "") != ""]


def host_of(address: Text | None) -> str | None:
    """Return the host that an app sends to; None where it is not known."""
    if address is None:
        return LOOPBACK
    parsed = parse_address(address)
    endpoint = (
        parsed.udp
        if isinstance(parsed, DaemonAddress)
        else destination_of(GENERIC, address).endpoint
    )
    known = isinstance(endpoint, Endpoint) and isinstance(endpoint.host, str)
    return str(endpoint.host) if known and isinstance(endpoint, Endpoint) else None


def no_proxy_holds(container: Container, host: str) -> bool | None:
    """Return whether an app reaches a host without its proxy; None for cannot tell."""
    values = [container.environment[name] for name in _EXCEPTIONS if name in container.environment]
    if any(isinstance(value, Unknown) for value in values) or not container.environment_complete:
        return None
    listed = {part.strip() for value in values for part in str(value).split(",")}
    wanted = {host, *(_LOOPBACK if host in _LOOPBACK else ())}
    network = any("/" in part and part.startswith("127.") for part in listed)
    return bool(listed & {"*", *wanted}) or (host in _LOOPBACK and network)
