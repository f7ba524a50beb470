"""A collector in bridge mode serves nobody unless an app has its address."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.instrumentation import shows_instrumentation, uses_open_telemetry
from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition
from cdk_ecs_xray.templates.otlp import GENERIC


def _check(task: TaskDefinition) -> Iterator[Found]:
    if not task.is_traced:
        return
    missing = [app for app in task.apps if reach(app, task).fault == "address-missing"]
    certain = [app for app in missing if shows_instrumentation(app)]
    # Without any sign it may have no traces of its own; one app that is connected is enough.
    if missing and not certain and len(missing) == len(task.apps):
        yield Found(
            place=task.place,
            what=f"{ADDRESS} is required in bridge mode, on "
            f"{' or '.join(repr(str(app.name)) for app in task.apps)}",
            fix="Set it to the collector's container name and port 2000, and link the collector.",
        )
    for app in certain:
        yield _of_app(app)


def _of_app(app: Container) -> Found:
    variable, port = (GENERIC, 4318) if uses_open_telemetry(app) else (ADDRESS, 2000)
    return Found(
        place=app.place,
        what=f"{variable} is required in bridge mode",
        fix=f"Set it to the collector's container name and port {port}, and link the collector.",
    )


RULE = Rule(
    id="address-missing",
    severity=Severity.ERROR,
    title="A collector that no app sends to",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_task(_check),
)
