"""What runs a task outside of a service: EventBridge, Step Functions, Scheduler, a pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

_PASS = "iam:PassRole"  # noqa: S105 - an action of IAM
_RUN = "ecs:RunTask"


def let_runners_pass(task_definition: ecs.TaskDefinition, role: iam.IRole) -> None:
    """Let whatever runs this task pass a role that the task did not have when it was set up.

    CDK writes ``iam:PassRole`` for the roles that a task definition has at that moment. RunTask is
    denied when one of the roles may not be passed.
    """
    for document in _documents(task_definition):
        statements = _statements(document)
        if not any(_runs(statement, task_definition) for statement in statements):
            continue
        if any(_allows(statement, _PASS) and _names(statement, "*") for statement in statements):
            continue
        document.add_statements(
            iam.PolicyStatement(
                actions=[_PASS],
                resources=[role.role_arn],
                conditions={"StringLike": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            )
        )


def _documents(task_definition: ecs.TaskDefinition) -> Iterator[iam.PolicyDocument]:
    for node in task_definition.node.root.node.find_all():
        if isinstance(node, iam.Policy | iam.ManagedPolicy):
            yield node.document


def _statements(document: iam.PolicyDocument) -> list[Mapping[str, Any]]:
    found = document.to_json()
    listed = found.get("Statement", []) if isinstance(found, Mapping) else []
    return [statement for statement in listed if isinstance(statement, Mapping)]


def _runs(statement: Mapping[str, Any], task_definition: ecs.TaskDefinition) -> bool:
    """Return whether a statement is about running this task, by CDK's own marks of its names.

    They are one per construct, so that two tasks with one logical id in two stacks stay apart.
    """
    return (
        _allows(statement, _PASS) and _names(statement, task_definition.task_role.role_arn)
    ) or (_allows(statement, _RUN) and _names(statement, task_definition.task_definition_arn))


def _allows(statement: Mapping[str, Any], action: str) -> bool:
    return statement.get("Effect") == "Allow" and action in _listed(statement.get("Action"))


def _names(statement: Mapping[str, Any], resource: str) -> bool:
    return any(
        one == resource or (resource != "*" and isinstance(one, str) and resource in one)
        for one in _listed(statement.get("Resource"))
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
