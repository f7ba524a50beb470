"""What each collector wrote into its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cdk_ecs_xray.collectors.log_lines import LineMeaning, meaning_of
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.log_groups import ContainerLogGroup, log_groups

_MOST_LINES = 100_000
_SHOWN_CHARACTERS = 300


def _look(deployment: Deployment) -> Iterator[Answer]:
    """Read each log once, whatever the number of services and collectors that write to it."""
    writers: dict[tuple[str, str, str], list[ContainerLogGroup]] = {}
    for group in log_groups(deployment):
        if group.of_collector and group.name is not None:
            key = (group.region, group.name, group.streams)
            writers.setdefault(key, []).append(group)
    for groups in writers.values():
        yield from _answers(deployment, groups)


def _answers(deployment: Deployment, groups: Sequence[ContainerLogGroup]) -> Iterator[Answer]:
    services = ", ".join(dict.fromkeys(group.service for group in groups))
    subject = f"collector log of {services}"
    minutes = f"the last {deployment.minutes} minutes"
    group = groups[0]
    found: Counter[str] = Counter()
    example: dict[str, tuple[LineMeaning, str]] = {}
    read = 0
    client = deployment.client("logs", group.region)
    try:
        for line in _lines(client, group, deployment):
            read += 1
            meaning = meaning_of(line)
            if meaning is not None:
                found[meaning.meaning_id] += 1
                example.setdefault(meaning.meaning_id, (meaning, line))
            if read == _MOST_LINES:
                break
    except client.exceptions.ResourceNotFoundException:
        yield failed(
            subject,
            f"log group {group.name} is not there",
            fix=f"Create {group.name}, or delete and deploy its stack.",
        )
        return
    for meaning_id, times in found.items():
        meaning, line = example[meaning_id]
        yield failed(
            subject,
            f"{meaning_id} {_counted(times, 'time')} in {minutes}: {meaning.meaning}; such as "
            f"'{line.strip()[:_SHOWN_CHARACTERS]}'",
            fix=meaning.fix,
        )
    if not found:
        yield _without_trouble(subject, group, read, minutes)


def _without_trouble(subject: str, group: ContainerLogGroup, read: int, minutes: str) -> Answer:
    if read == 0:
        return not_checked(
            subject,
            f"no line in {minutes}",
            fix=f"Raise --minutes, or read {group.name} by hand. A collector without a line has "
            "not started, writes elsewhere, or keeps quiet at its log level.",
        )
    if read == _MOST_LINES:
        return not_checked(
            subject,
            f"its first {_MOST_LINES} lines hold no trouble, and there are more",
            fix="Lower --minutes.",
        )
    return ok(subject, f"no trouble in {_counted(read, 'line')} of {minutes}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lines(client: Any, group: ContainerLogGroup, deployment: Deployment) -> Iterator[str]:
    streams = {"logStreamNamePrefix": group.streams} if group.streams else {}
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group.name, startTime=int(deployment.since.timestamp() * 1000), **streams
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
