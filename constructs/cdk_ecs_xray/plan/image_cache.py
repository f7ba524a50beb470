"""The names of a pull-through cache in Amazon ECR. Pure."""

from __future__ import annotations

import re

from cdk_ecs_xray.errors import Problem

DEFAULT_PREFIX = "ecr-public"
# AWS::ECR::PullThroughCacheRule in CloudFormation's registry: pattern, and 2 to 30 characters.
_PREFIX = re.compile(
    r"(?=.{2,30}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*", re.ASCII
)


def prefix_problem(prefix: str) -> Problem | None:
    """Return why Amazon ECR would refuse a prefix; None for one it takes."""
    if _PREFIX.fullmatch(prefix) is not None:
        return None
    return Problem(
        what="must be 2 to 30 lower-case letters, digits and single . _ - / between them",
        got=f"'{prefix}'",
        fix=f"{DEFAULT_PREFIX} is usual.",
    )


def cache_registry(*, account: str, region: str, url_suffix: str, prefix: str) -> str:
    """Return the registry of a pull-through cache, in place of ``public.ecr.aws``."""
    return f"{account}.dkr.ecr.{region}.{url_suffix}/{prefix}"
