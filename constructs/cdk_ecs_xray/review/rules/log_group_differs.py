"""The group that is created and the group that is written to differ, often by one suffix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import LogGroup, Stack, TaskDefinition
from cdk_ecs_xray.unknown import Text

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_SIMILAR = 0.8


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    for stack in stacks:
        used = {
            group.logical_id
            for task in stack.task_definitions
            for container in task.containers
            if (group := task.log_group_of(container)) is not None
        }
        for task in stack.task_definitions:
            yield from _in_task(task, used)


def _in_task(task: TaskDefinition, used: set[str]) -> Iterator[Found]:
    voice = voice_for(task)
    for container in task.containers if task.is_traced else ():
        log = container.log
        if log is None or log.group is None or log.creates_group:
            continue
        if task.log_group_of(container) is not None:
            continue
        meant = _meant(
            log.group, [group for group in task.log_groups if group.logical_id not in used]
        )
        if meant is not None and meant.place.file == task.place.file:
            yield Found(
                place=container.place,
                what=f"awslogs-group must be the log group of {voice.source}, '{meant.name}'",
                got=f"'{log.group}'",
                fix=f"Refer to {voice.reference(meant.logical_id)}; awslogs fails at task start "
                "otherwise.",
            )


def _meant(written: Text, unused: Sequence[LogGroup]) -> LogGroup | None:
    similar = [
        (SequenceMatcher(None, str(group.name), str(written)).ratio(), group)
        for group in unused
        if group.name is not None and _certainly_differ(group.name, written)
    ]
    ratio, group = max(similar, key=lambda one: one[0], default=(0.0, None))
    return group if ratio >= _SIMILAR else None


def _certainly_differ(one: Text, other: Text) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one != other
    # With the same placeholders in both, other lengths of the rest make other names.
    first, second = str(one), str(other)
    return sorted(_PLACEHOLDER.findall(first)) == sorted(_PLACEHOLDER.findall(second)) and len(
        first
    ) != len(second)


RULE = Rule(
    id="log-group-differs",
    severity=Severity.ERROR,
    title="A log group that is not the one that exists",
    source=f"{ECS}/using_awslogs.html",
    check=_check,
)
