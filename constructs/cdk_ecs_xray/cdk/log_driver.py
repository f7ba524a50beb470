"""How a collector writes its own log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aws_cdk import IStringProducer, Lazy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from cdk_ecs_xray.plan.profile import SidecarProfile

Logging = ecs.LogDriver | Literal["awslogs", "none"]
"""Where a collector's own log goes; FireLens and others are CDK's log drivers."""

_STREAM_PREFIX = "xray"
CREATES_GROUP = "awslogs-create-group"
_MODES = {
    "blocking": ecs.AwsLogDriverMode.BLOCKING,
    "non-blocking": ecs.AwsLogDriverMode.NON_BLOCKING,
    None: None,
}


def collector_log_driver(log_group: logs.ILogGroup, profile: SidecarProfile) -> ecs.LogDriver:
    """Return awslogs with the profile's mode; CDK lets the execution role write to the group."""
    return ecs.LogDriver.aws_logs(
        log_group=log_group, stream_prefix=_STREAM_PREFIX, mode=_MODES[profile.log_mode]
    )


def ungranted_log_driver(
    log_group: logs.ILogGroup, profile: SidecarProfile, *, creation: IStringProducer | None = None
) -> ecs.LogDriver:
    """Return the same without a grant, for an execution role that CDK must not change.

    :param creation: the value of awslogs-create-group; None where the group is known to exist.
    """
    mode = {} if profile.log_mode is None else {"mode": profile.log_mode}
    creates = {} if creation is None else {CREATES_GROUP: Lazy.uncached_string(creation)}
    return ecs.GenericLogDriver(
        log_driver="awslogs",
        options={
            "awslogs-group": log_group.log_group_name,
            "awslogs-stream-prefix": _STREAM_PREFIX,
            "awslogs-region": Stack.of(log_group).region,
            **mode,
            **creates,
        },
    )


def write_statements(log_group: logs.ILogGroup) -> Sequence[iam.PolicyStatement]:
    """Return what writing to a group takes, as CDK grants it."""
    return [
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
    ]
