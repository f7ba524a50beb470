"""The log groups of a service."""

from __future__ import annotations

from collections.abc import Mapping

from cdk_ecs_xray.stacks.contents import Contents

_KEPT: Mapping[str, Mapping[str, str]] = {
    "destroy": {"UpdateReplacePolicy": "Delete", "DeletionPolicy": "Delete"},
    # Not Retain: of a first deployment that fails it leaves a group whose fixed name then blocks
    # the next. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    "retain": {"UpdateReplacePolicy": "Retain", "DeletionPolicy": "RetainExceptOnCreate"},
}


def add_log_group(
    contents: Contents, logical_id: str, *, name: str, retention_days: int, removal_policy: str
) -> None:
    """Provision a log group that expires; CloudWatch charges by the gigabyte."""
    contents.add(
        logical_id,
        "AWS::Logs::LogGroup",
        {"LogGroupName": name, "RetentionInDays": retention_days},
        attributes=_KEPT[removal_policy],
    )
