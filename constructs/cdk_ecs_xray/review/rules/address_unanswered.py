"""Segments go by UDP, so nobody notices that nothing answers."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault != "address-unanswered" or way.variable is None:
        return
    port = "2000" if way.protocol == "xray" else "4317 for gRPC, 4318 for HTTP"
    yield Found(
        place=app.place,
        what=f"{way.variable} must lead to a collector",
        got=f"'{way.address}', and {way.reason}",
        fix="In awsvpc and host mode, write 127.0.0.1 and a port where the collector listens; in "
        f"bridge mode, the linked collector's name. The port is {port}.",
    )


RULE = Rule(
    id="address-unanswered",
    severity=Severity.ERROR,
    title="An address that no container answers",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_reach(_check),
)
