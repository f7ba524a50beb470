"""The collectors' images are built from scratch: no shell, no curl."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    engine, words = collector.engine, collector.container.health_check
    if engine is None or not engine.has_no_shell(collector.container.image):
        return
    if words is None or isinstance(words, Unknown) or not words:
        return
    kind, *command = map(str, words)
    if kind not in ("CMD", "CMD-SHELL"):
        # Docker's agent on ECS runs an array without either word as it is.
        kind, command = "CMD", [kind, *command]
    runs = kind == "CMD" and command != [] and engine.can_run(command[0])
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
    source=f"{ECS_API}/API_HealthCheck.html",
    check=each_collector(_check),
)
