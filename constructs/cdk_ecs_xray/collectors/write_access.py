"""What any collector needs from IAM to send traces, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.plan.execution import Need, Place

WRITE_ACCESS_SID = "XRayDaemonWriteAccess"
"""The reference setup's statement id."""

WRITE_ACTIONS = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
)
"""What the managed policy AWSXRayDaemonWriteAccess holds, version 2."""

SPAN_ACTIONS = ("xray:PutSpans", "xray:PutSpansForIndexing")
"""What X-Ray's endpoint for OpenTelemetry's protocol adds; neither takes a resource:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html"""


def write_actions(*, spans: bool) -> Sequence[str]:
    """Return what a collector needs; the actions of spans only for one that sends them."""
    return (*WRITE_ACTIONS, *SPAN_ACTIONS) if spans else WRITE_ACTIONS


def log_needs(groups: Sequence[str], place: Place) -> Sequence[Need]:
    """Return what a collector needs to create log groups and to write to them."""
    return [
        Need(
            actions=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(place.arn("logs", f"log-group:{group}:*"),),
        )
        for group in groups
    ]


@dataclass(frozen=True, kw_only=True)
class WriteAccess:
    """What the role of a task needs, whoever sends.

    :param written_log_groups: names of log groups that it creates and writes to.
    :param assumes_role: before sending; None for the task's own.
    """

    actions: Sequence[str] = WRITE_ACTIONS
    written_log_groups: Sequence[str] = ()
    assumes_role: str | None = None
