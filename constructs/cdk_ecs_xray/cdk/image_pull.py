"""Permission to pull a collector's image from a private registry."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

_TOKEN = r"\$\{Token\[[^\]]+\]\}"  # noqa: S105 - CDK's mark of a value that comes later
# Both forms that Amazon ECR documents: account.dkr.ecr[-fips].region.suffix and
# account.dkr-ecr[-fips].region.on.aws.
_ECR = re.compile(
    rf"(?P<account>[0-9]{{12}}|{_TOKEN})\.dkr[.-]ecr(?:-fips)?"
    rf"\.(?P<region>[a-z0-9-]+|{_TOKEN})\.(?:[a-z.]+|{_TOKEN})/(?P<repository>[^:@]+)"
)

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_PULL_THROUGH = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
"""What a pull-through cache needs for the first pull of an image."""


def is_private(image: str) -> bool:
    """Return whether an image is in Amazon ECR's private registry, which wants a permission."""
    return _ECR.match(image) is not None


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
    pull = [*_PULL, *_PULL_THROUGH] if through_cache else _PULL
    return [
        iam.PolicyStatement(actions=list(actions), resources=[resource])
        for actions, resource in ((["ecr:GetAuthorizationToken"], "*"), (pull, repository))
    ]
