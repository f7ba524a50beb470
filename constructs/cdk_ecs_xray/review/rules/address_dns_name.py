"""The SDK for Python resolves the name on the request thread, for every segment."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS, DaemonAddress, parse_address
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(_task: TaskDefinition, app: Container) -> Iterator[Found]:
    address = parse_address(app.environment.get(ADDRESS, ""))
    if not isinstance(address, DaemonAddress):
        return
    host = address.udp.host
    if isinstance(host, str) and "." in host and not address.udp.is_ip:
        yield Found(
            place=app.place,
            what=f"{ADDRESS} must not be a DNS name",
            got=f"'{host}'",
            fix="Use a link or 127.0.0.1; the look-up blocks a request once per segment.",
        )


RULE = Rule(
    id="address-dns-name",
    severity=Severity.WARNING,
    title="A DNS name as the collector's address",
    source=f"{XRAY}/xray-sdk-python-configuration.html",
    check=each_app(_check),
)
