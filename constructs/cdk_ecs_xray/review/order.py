"""Which containers ECS stops only after an app: the reverse of what it waits for at start."""

from __future__ import annotations

from cdk_ecs_xray.review.way import split_link
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition

# A container that has ended orders nothing at stop.
_ENDED = ("COMPLETE", "SUCCESS")


def stops_after(app: Container, task: TaskDefinition) -> frozenset[str]:
    """Return the containers that run until an app has stopped, over others as well.

    ECS walks ``dependsOn`` transitively, and links one step.
    """
    by_name = {str(container.name): container for container in task.containers}
    found: set[str] = set()
    waiting = _depended_on(app)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _depended_on(by_name[name]) if name in by_name else set()
    return frozenset(found | {split_link(link)[0] for link in app.links})


def _depended_on(container: Container) -> set[str]:
    return {
        str(dependency.container)
        for dependency in container.depends_on
        if dependency.condition not in _ENDED
    }
