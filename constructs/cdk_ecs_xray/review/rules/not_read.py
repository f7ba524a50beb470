"""What a review did not read may hold the task definition that matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import CLOUDFORMATION
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Place
from cdk_ecs_xray.templates.model import Stack

NOT_READ = "not-read"


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    for stack in stacks:
        places = {resource.logical_id: resource.place for resource in stack.resources}
        template = Place(
            stack=stack.source.path, resource=stack.source.path, file=stack.source.file, line=1
        )
        for part in stack.source.unread:
            unnamed = replace(template, resource=part.logical_id or template.resource)
            yield Found(
                place=places.get(part.logical_id, unnamed),
                what="review must read every part that may hold a task definition",
                got=f"{part.got}, which was not read",
                fix=part.fix,
            )
        named = {part.logical_id for part in stack.source.unread}
        for task in stack.task_definitions:
            if task.open_containers and task.logical_id not in named:
                member = voice_for(task).member("ContainerDefinitions")
                yield Found(
                    place=task.place,
                    what="review must read every part that may hold a task definition",
                    got=f"{member} that the template leaves open, which were not read",
                    fix="Give the parameter a default, or look at its containers by hand.",
                )


RULE = Rule(
    id=NOT_READ,
    severity=Severity.WARNING,
    title="A part that was not read",
    source=f"{CLOUDFORMATION}/using-cfn-nested-stacks.html",
    check=_check,
)
