"""Segments go by UDP, so nobody notices that nothing answers."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import Container, TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    if found.fault == "address-unanswered":
        yield Found(
            place=app.place,
            what=f"{ADDRESS} must lead to a collector",
            got=f"'{found.address}', and {found.reason}",
            fix="Write 127.0.0.1:2000 in awsvpc and host mode, the linked collector's name in "
            "bridge mode.",
        )


RULE = Rule(
    id="address-unanswered",
    severity=Severity.ERROR,
    title="An address that no container answers",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_app(_check),
)
