"""What each collector says in its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from cdk_ecs_xray.collectors.log_lines import LineMeaning, meaning_of
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.log_groups import ContainerLogGroup, log_groups

_MOST_LINES = 100_000
_SHOWN_CHARACTERS = 300


def _look(deployment: Deployment) -> Iterator[Answer]:
    seen = set()
    for group in log_groups(deployment):
        if group.of_collector and group.name is not None and group.name not in seen:
            seen.add(group.name)
            yield from _answers(deployment, group)


def _answers(deployment: Deployment, group: ContainerLogGroup) -> Iterator[Answer]:
    subject = f"log of {group.container}"
    minutes = f"the last {deployment.minutes} minutes"
    found: Counter[str] = Counter()
    example: dict[str, tuple[LineMeaning, str]] = {}
    read = 0
    client = deployment.client("logs", group.region)
    try:
        for line in _lines(client, group, deployment):
            read += 1
            meaning = meaning_of(line)
            if meaning is not None and meaning.trouble is not None:
                found[meaning.meaning_id] += 1
                example.setdefault(meaning.meaning_id, (meaning, line))
            if read == _MOST_LINES:
                break
    except client.exceptions.ResourceNotFoundException:
        yield failed(
            subject, f"log group {group.name} is not there", fix="See the check of log groups."
        )
        return
    for meaning_id, times in found.items():
        meaning, line = example[meaning_id]
        yield failed(
            subject,
            f"{meaning_id} {times} times in {minutes}: {meaning.meaning}; such as "
            f"'{line.strip()[:_SHOWN_CHARACTERS]}'",
            fix=meaning.fix,
        )
    if found:
        return
    if read == _MOST_LINES:
        yield not_checked(
            subject,
            f"its first {_MOST_LINES} lines hold no trouble, and there are more",
            fix="Look at fewer minutes.",
        )
    else:
        yield ok(subject, f"no trouble in {read} lines of {minutes}")


def _lines(client: Any, group: ContainerLogGroup, deployment: Deployment) -> Iterator[str]:
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group.name, startTime=int(deployment.since.timestamp() * 1000)
    )
    for page in pages:
        for event in page["events"]:
            yield event["message"]


COLLECTOR_LOGS = Check(
    check_id="collector-logs",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "logs:FilterLogEvents",
    ),
    look=_look,
)
