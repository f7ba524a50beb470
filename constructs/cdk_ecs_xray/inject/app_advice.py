"""What a proxy in an app's variables means for its collector. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.plan.wiring import PresentWiring, Warned

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_EXCEPTIONS = "NO_PROXY"


def proxy_advice(
    app: PresentWiring, *, host: str, collector_environment: Mapping[str, object]
) -> Iterator[Warned]:
    """Yield what a proxy on the way out means: for the collector, and for the way to it.

    :param host: of the collector, as the app addresses it.
    :param collector_environment: the variables that the collector's container has.
    """
    by_name = {name.upper(): (name, value) for name, value in app.environment.items()}
    proxies = [by_name[name][0] for name in _PROXIES if name in by_name]
    if not proxies:
        return
    if not any(name.upper() == "HTTPS_PROXY" for name in collector_environment):
        yield Warned(
            id="ecs-xray:egress-proxy",
            problem=Problem(
                where=app.where,
                what=f"{proxies[0]} is set for the app and not for the collector",
                fix="If a proxy is the only way to X-Ray, set HTTPS_PROXY on the collector too. "
                "The X-Ray daemon follows HTTPS_PROXY and ignores NO_PROXY.",
            ),
        )
    name, value = by_name.get(_EXCEPTIONS, (_EXCEPTIONS, ""))
    if value is not None and not is_open(value) and not _excepts(value, host):
        yield Warned(
            id="ecs-xray:no-proxy",
            problem=Problem(
                where=app.where,
                what=f"{name} must hold the collector's address {host}, or sampling rules and "
                "spans go to the proxy"
                if value
                else f"{name} with the collector's address {host} is required, or sampling rules "
                "and spans go to the proxy",
                got=f"'{value}'" if value else None,
                fix=f"Add {host} to it." if value else f"Set it to {host}.",
            ),
        )


def _excepts(value: str, host: str) -> bool:
    """Return whether a list of exceptions has a host, as most HTTP clients read it."""
    entries = [entry.strip().lower() for entry in value.replace(" ", ",").split(",")]
    return any(
        entry == "*" or entry.partition(":")[0] == host.lower() or _is_network_of(entry, host)
        for entry in entries
        if entry
    )


def _is_network_of(entry: str, host: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return "/" in entry and ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return False
