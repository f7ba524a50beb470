"""Which log groups belong to traces: those of task definitions, and those that segments name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.local.xray.outcome import block
from cdk_ecs_xray.local.xray.trace import Trace
from cdk_ecs_xray.page.aws_reading import Calls

# Each is a call, and whoever sends segments decides what they name.
MOST_NAMED = 5


def groups_of_task_definitions(calls: Calls, names: Sequence[str]) -> Sequence[str]:
    """Return the groups that the containers of task definitions log to, collectors' too.

    Needs ``ecs:DescribeTaskDefinition``.

    :param names: families, ``family:revision`` or ARNs.
    """
    found = [
        group
        for name in names
        for container in calls.call("ecs", "describe_task_definition", taskDefinition=name)[
            "taskDefinition"
        ]["containerDefinitions"]
        for log in [container.get("logConfiguration") or {}]
        for group in [(log.get("options") or {}).get("awslogs-group")]
        if log.get("logDriver") == "awslogs" and group
    ]
    return list(dict.fromkeys(found))


def groups_named_in(trace: Trace) -> Sequence[str]:
    """Return the groups that a trace's segments say they log to, five at most."""
    return list(dict.fromkeys(_named(trace)))[:MOST_NAMED]


def _named(trace: Trace) -> Iterator[str]:
    for segment in trace.segments:
        groups = block(segment.document, "aws").get("cloudwatch_logs")
        for one in groups if isinstance(groups, list) else []:
            name = one.get("log_group") if isinstance(one, dict) else None
            if isinstance(name, str) and name:
                yield name
