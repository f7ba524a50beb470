"""0.0.0.0 means every interface where one listens, and nothing where one sends."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition

_UNSPECIFIED = ("0.0.0.0", "[::]")  # noqa: S104 - compared with, nothing listens


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    # In bridge mode it is as wrong as loopback, which has a finding of its own.
    named = any(host in str(way.address) for host in _UNSPECIFIED)
    if named and way.outcome == "connected":
        yield Found(
            place=app.place,
            what=f"{way.variable} should be an address to send to",
            got=f"'{way.address}', which Linux takes for loopback",
            fix="Write 127.0.0.1 and the port.",
        )


RULE = Rule(
    id="address-unspecified",
    severity=Severity.WARNING,
    title="An address that is no destination",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_reach(_check),
)
