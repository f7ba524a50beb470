"""App Mesh sends a container's own traffic through Envoy unless it runs as the ignored user."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    ignored, user = task.ignored_user, collector.container.user
    if ignored is None or isinstance(user, Unknown):
        return
    if user is None or user.partition(":")[0] != ignored:
        named = voice_for(task).member("User")
        asked = f"{named} must be {ignored}" if user else f"{named} {ignored} is required"
        yield Found(
            place=collector.container.place,
            what=f"{asked}, whose traffic the mesh's proxy leaves alone",
            got=user or None,
            fix="Set it; otherwise the collector sends through Envoy, which stops before it.",
        )


RULE = Rule(
    id="collector-behind-envoy",
    severity=Severity.WARNING,
    title="A collector whose own traffic goes through Envoy",
    source=f"{ECS_API}/API_ProxyConfiguration.html",
    check=each_collector(_check),
)
