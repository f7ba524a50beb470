"""What ECS itself needs to start a task's containers: images, logs and secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition
from cdk_ecs_xray.unknown import Text, Unknown

_PRIVATE_REGISTRY = ".dkr.ecr."
_PULL = ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a container needs the execution role for.

    :param what: in words that follow "to": ``pull its image``.
    :param always: on instances too, whose own role does for the rest.
    """

    container: Container
    what: str
    actions: Sequence[str]
    always: bool = False


def execution_needs(task: TaskDefinition) -> Iterator[Need]:
    """Return what ECS does for a task before its containers run, container by container.

    Source: the page "Amazon ECS task execution IAM role" of the developer guide.
    """
    for container in task.containers:
        if _PRIVATE_REGISTRY in str(container.image):
            yield Need(container=container, what="pull its image from ECR", actions=_PULL)
        if container.log is not None:
            create = ("logs:CreateLogGroup",) if container.log.creates_group else ()
            yield Need(container=container, what="write its log", actions=(*_LOG, *create))
        for kind in dict.fromkeys(map(_action_of, container.secrets)):
            if kind is not None:
                yield Need(
                    container=container, what="read its secrets", actions=(kind,), always=True
                )


def _action_of(secret: Text) -> str | None:
    """Return the action that reads a secret; None where its kind is not known."""
    text = str(secret)
    if ":secretsmanager:" in text:
        return "secretsmanager:GetSecretValue"
    if ":ssm:" in text or (not isinstance(secret, Unknown) and not text.startswith("arn:")):
        return "ssm:GetParameters"
    return None
