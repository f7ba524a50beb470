"""Whether the log group of every container is there, and expires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.log_groups import ContainerLogGroup, log_groups


def _look(deployment: Deployment) -> Iterator[Answer]:
    groups: dict[tuple[str, str], ContainerLogGroup] = {}
    unknown: dict[str, None] = {}
    for group in log_groups(deployment):
        if group.name is None:
            unknown[group.service] = None
        # A group that a collector and an app share is held to the collector's rules.
        elif group.of_collector or (group.region, group.name) not in groups:
            groups[group.region, group.name] = group
    for service in unknown:
        yield not_checked(
            f"log groups of {service}",
            "a name is not known from the template",
            fix="Deploy the stack. A name that another stack exports cannot be read.",
        )
    for (region, name), group in groups.items():
        client = deployment.client("logs", region)
        found = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        described = next(
            (candidate for candidate in found if candidate["logGroupName"] == name), None
        )
        yield _answer(group, described)


def _answer(group: ContainerLogGroup, described: Mapping[str, Any] | None) -> Answer:
    subject = f"log group {group.name}"
    if described is None:
        return failed(
            subject,
            f"is not there, so tasks with container {group.container} cannot start",
            fix="Create it under this very name, or delete and deploy its stack.",
        )
    retention = described.get("retentionInDays")
    kept = "forever" if retention is None else f"{retention} days"
    if group.in_template and str(retention) != str(group.retention):
        wanted = "forever" if group.retention is None else f"{group.retention} days"
        return failed(
            subject,
            f"keeps lines {kept}, synthesized {wanted}",
            fix=f"Set its retention to {wanted}.",
        )
    if retention is None and group.of_collector:
        return failed(
            subject,
            "keeps the collector's lines forever",
            fix="Set a retention. 30 days are enough for a collector.",
        )
    return ok(subject, f"is there and keeps lines {kept}")


LOG_GROUPS = Check(
    check_id="log-groups",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "logs:DescribeLogGroups",
    ),
    look=_look,
)
