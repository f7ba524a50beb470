"""The permissions that tracing brings, and why a wildcard is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.templates.grants import PolicyStatement, policy_name
from cdk_ecs_xray.templates.model import PlacedStatement, Role, Stack, TaskDefinition
from cdk_ecs_xray.unknown import Unknown

_EXPLAINED = {
    "xray": "X-Ray's write actions take no resource; AWS's own AWSXRayDaemonWriteAccess has '*' "
    "too.",
    "ecr": "ecr:GetAuthorizationToken takes no resource.",
    "sts": "This lets the task become any role that trusts it; name the role instead.",
    "logs": "Name the collector's log group instead.",
}
_UNEXPLAINED = "Tracing does not need this wildcard."


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A statement or policy that lets a traced task do something.

    :param wildcard: why it has a wildcard resource, or that it should not; empty without one.
    """

    place: str
    role: str
    actions: Sequence[str]
    resources: Sequence[str]
    wildcard: str


def permissions(stacks: Sequence[Stack]) -> Sequence[Permission]:
    """Return what the roles of traced tasks may do of what tracing needs, each once."""
    found = [
        permission
        for stack in stacks
        for task in stack.task_definitions
        if task.is_traced
        for permission in _of_task(task)
    ]
    return [one for position, one in enumerate(found) if one not in found[:position]]


def _of_task(task: TaskDefinition) -> Iterator[Permission]:
    for kind, role in (("task role", task.task_role), ("execution role", task.execution_role)):
        if not isinstance(role, Role):
            continue
        for statement in role.statements:
            if statement.policy.effect == "Allow" and _of_tracing(statement.policy, task):
                yield _permission(kind, statement)
        for arn in role.managed_policies:
            if "xray" in policy_name(arn).lower() or "CloudWatchAgent" in policy_name(arn):
                yield Permission(
                    place=str(role.place),
                    role=kind,
                    actions=[f"the managed policy {policy_name(arn)}"],
                    resources=["*"],
                    wildcard=_EXPLAINED["xray"],
                )


def _of_tracing(statement: PolicyStatement, task: TaskDefinition) -> bool:
    # All but a few actions, or all of them, are more than tracing needs.
    if statement.actions is None or "*" in statement.actions:
        return True
    services = _services(statement)
    if "xray" in services:
        return True
    groups = {
        group.key
        for collector in task.collectors
        if (group := task.log_group_of(collector.container)) is not None
    }
    named = {
        resource.resource for resource in statement.resources or () if isinstance(resource, Unknown)
    }
    writes_logs = "logs" in services and (bool(groups & named) or statement.on_every_resource)
    return writes_logs or "sts" in services


def _permission(kind: str, statement: PlacedStatement) -> Permission:
    policy = statement.policy
    wildcard = ""
    if policy.on_every_resource:
        services = _services(policy)
        wildcard = _EXPLAINED.get(services.pop(), _UNEXPLAINED) if len(services) == 1 else ""
        wildcard = wildcard or _UNEXPLAINED
    return Permission(
        place=str(statement.place),
        role=kind,
        actions=policy.shown_actions,
        resources=policy.shown_resources,
        wildcard=wildcard,
    )


def _services(statement: PolicyStatement) -> set[str]:
    return {str(action).partition(":")[0].lower() for action in statement.actions or ()}
