"""Permission to pull a collector's image from a private registry."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

_ECR = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)"
)

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_PULL_THROUGH = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
"""What a pull-through cache needs for the first pull of an image."""


def grant_pull(container: ecs.ContainerDefinition, image: str) -> None:
    """Let the execution role pull an image from Amazon ECR; other registries need no grant."""
    if _ECR.match(image) is None:
        return
    for statement in pull_statements(Stack.of(container), image):
        container.task_definition.add_to_execution_role_policy(statement)
    Annotations.of(container).acknowledge_warning(
        "@aws-cdk/aws-ecs:ecrImageRequiresPolicy", "The execution role has just been granted it."
    )


def pull_statements(stack: Stack, image: str) -> Sequence[iam.PolicyStatement]:
    """Return what pulling an image takes; nothing for a registry other than Amazon ECR.

    Allows pulling and, as the first pull through a cache imports the image, importing, on the one
    repository.
    """
    match = _ECR.match(image)
    if match is None:
        return ()
    repository = stack.format_arn(
        service="ecr",
        account=match["account"],
        region=match["region"],
        resource="repository",
        resource_name=match["repository"],
    )
    return [
        iam.PolicyStatement(actions=actions, resources=[resource])
        for actions, resource in (
            (["ecr:GetAuthorizationToken"], "*"),
            ([*_PULL, *_PULL_THROUGH], repository),
        )
    ]
