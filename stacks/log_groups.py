"""The log groups of a service."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

_REMOVAL_POLICIES = {
    "destroy": cdk.RemovalPolicy.DESTROY,
    # Not RETAIN: of a first deployment that fails it leaves a group whose fixed name then blocks
    # the next. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    "retain": cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
}


def add_log_group(
    scope: Construct, construct_id: str, *, name: str, retention_days: int, removal_policy: str
) -> logs.CfnLogGroup:
    """Provision a log group that expires; CloudWatch charges by the gigabyte."""
    log_group = logs.CfnLogGroup(
        scope, construct_id, log_group_name=name, retention_in_days=retention_days
    )
    log_group.apply_removal_policy(_REMOVAL_POLICIES[removal_policy])
    return log_group
