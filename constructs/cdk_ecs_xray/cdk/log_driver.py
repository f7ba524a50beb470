"""How a collector writes its own log."""

from __future__ import annotations

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray.plan.profile import SidecarProfile

STREAM_PREFIX = "xray"

_MODES = {
    "blocking": ecs.AwsLogDriverMode.BLOCKING,
    "non-blocking": ecs.AwsLogDriverMode.NON_BLOCKING,
    None: None,
}


def collector_log_driver(
    log_group: logs.ILogGroup | None, profile: SidecarProfile
) -> ecs.LogDriver:
    """Return awslogs with the profile's mode."""
    return ecs.LogDriver.aws_logs(
        log_group=log_group, stream_prefix=STREAM_PREFIX, mode=_MODES[profile.log_mode]
    )
