"""A collector in bridge mode serves nobody unless an app is told where it is."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    if not task.is_traced:
        return
    faults = [reach(app, task).fault for app in task.apps]
    # Log routers and proxies have no traces of their own: one app that is wired is enough.
    if faults and all(fault == "address-missing" for fault in faults):
        yield Found(
            place=task.place,
            what=f"an app must have {ADDRESS} in bridge mode",
            got=f"none on {', '.join(str(app.name) for app in task.apps)}",
            fix="Set it to the collector's container name and port 2000, and link the collector.",
        )


RULE = Rule(
    id="address-missing",
    severity=Severity.ERROR,
    title="A collector that no app sends to",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_task(_check),
)
