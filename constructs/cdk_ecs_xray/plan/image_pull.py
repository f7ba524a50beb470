"""What pulling an image from Amazon ECR takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdk_ecs_xray.plan.execution import Need

_TOKEN = r"\$\{Token\[[^\]]+\]\}"  # noqa: S105 - CDK's mark of a value that comes later
# Both forms that Amazon ECR documents: account.dkr.ecr[-fips].region.suffix and
# account.dkr-ecr[-fips].region.on.aws.
_ECR = re.compile(
    rf"(?P<account>[0-9]{{12}}|{_TOKEN})\.dkr[.-]ecr(?:-fips)?"
    rf"\.(?P<region>[a-z0-9-]+|{_TOKEN})\.(?:[a-z.]+|{_TOKEN})/(?P<repository>[^:@]+)"
)
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PULL_THROUGH = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
"""What a pull-through cache needs for the first pull of an image."""


def is_private(image: str) -> bool:
    """Return whether an image is in Amazon ECR's private registry, which wants a permission."""
    return _ECR.match(image) is not None


def pull_needs(image: str, *, partition: str, through_cache: bool) -> Sequence[Need]:
    """Return what pulling an image takes; nothing for a registry other than Amazon ECR.

    :param through_cache: allow importing as well, as the first pull through a cache does.
    """
    match = _ECR.match(image)
    if match is None:
        return ()
    account, region, repository = match["account"], match["region"], match["repository"]
    return (
        Need(actions=("ecr:GetAuthorizationToken",), resources=("*",)),
        Need(
            actions=(*_PULL, *_PULL_THROUGH) if through_cache else _PULL,
            resources=(f"arn:{partition}:ecr:{region}:{account}:repository/{repository}",),
        ),
    )
