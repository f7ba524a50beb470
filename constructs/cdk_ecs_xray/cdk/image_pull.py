"""Permission to pull a collector's image from a private registry."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from cdk_ecs_xray.plan.image_pull import is_private, pull_needs

__all__ = ["acknowledge_pull", "is_private", "pull_statements"]


def acknowledge_pull(container: ecs.ContainerDefinition) -> None:
    """Answer CDK's reminder that pulling from Amazon ECR needs a policy."""
    Annotations.of(container).acknowledge_warning(
        "@aws-cdk/aws-ecs:ecrImageRequiresPolicy", "The execution role has just been granted it."
    )


def pull_statements(
    stack: Stack, image: str, *, through_cache: bool = True
) -> Sequence[iam.PolicyStatement]:
    """Return what pulling an image takes; nothing for a registry other than Amazon ECR.

    :param through_cache: allow importing as well, as the first pull through a cache does.
    """
    return [
        iam.PolicyStatement(actions=list(need.actions), resources=list(need.resources))
        for need in pull_needs(image, partition=stack.partition, through_cache=through_cache)
    ]
