"""The collectors' images are built from scratch: no shell, no curl."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.images import can_run, has_no_shell
from cdk_ecs_xray.templates.intrinsics import Unknown
from cdk_ecs_xray.templates.model import Collector, TaskDefinition


def _check(_task: TaskDefinition, collector: Collector) -> Iterator[Found]:
    words = collector.container.health_check
    if words is None or isinstance(words, Unknown) or not words or not has_no_shell(collector):
        return
    kind, *command = map(str, words)
    runs = kind == "CMD" and command != [] and can_run(collector, command[0])
    if not runs:
        yield Found(
            place=collector.container.place,
            what="the health check must run a program of the image, which has no shell",
            got=f"'{' '.join(map(str, words))}'",
            fix="Remove it, or use CMD with /xray --version for the daemon, /healthcheck for ADOT.",
        )


RULE = Rule(
    id="health-check-needs-shell",
    severity=Severity.ERROR,
    title="A health check that the image cannot run",
    check=each_collector(_check),
)
