"""The CloudWatch log groups that the apps of a file write to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.plan.log_groups import log_group_arn
from cdk_ecs_xray.plan.regions import partition_of

_ARNS = ("taskDefinitionArn", "taskRoleArn", "executionRoleArn")
_ACCOUNT = re.compile(r"arn:[a-z-]+:(?:ecs|iam):[a-z0-9-]*:([0-9]{12}):")


def log_options(container: RawContainer) -> dict[str, Any]:
    """Return the options of awslogs that have a value; none for every other driver."""
    configuration = container.get("logConfiguration")
    if not isinstance(configuration, dict) or configuration.get("logDriver") != "awslogs":
        return {}
    options = configuration.get("options")
    given = options if isinstance(options, dict) else {}
    return {key: value for key, value in given.items() if value not in (None, "")}


def group_of(container: RawContainer) -> str | None:
    """Return the log group of a container; None for FireLens and where it is open yet."""
    group = log_options(container).get("awslogs-group")
    return group if isinstance(group, str) else None


def app_log_groups(definition: Definition, *, sidecar: str) -> Sequence[str]:
    """Return the log groups of a file's apps, each once, whatever the order of containers."""
    found = {group_of(container) for _, container in apps_of(definition, sidecar=sidecar)}
    return sorted(group for group in found if group is not None)


def log_group_arns(
    container: RawContainer, definition: Definition, options: TracingOptions, *, region: str
) -> Sequence[str]:
    """Return the ARN of a container's log group; none where the file does not tell the account."""
    group, account = group_of(container), options.account
    account = _account_of(definition) if account is None else account
    if group is None or account is None:
        return ()
    own = log_options(container).get("awslogs-region")
    region = own if isinstance(own, str) else region
    partition = partition_of(region) if options.partition is None else options.partition
    return [log_group_arn(group, partition=partition, region=region, account=account)]


def _account_of(definition: Definition) -> str | None:
    arns = (definition.field.get(key) for key in _ARNS)
    found = (_ACCOUNT.match(arn) for arn in arns if isinstance(arn, str))
    return next((one[1] for one in found if one is not None), None)
