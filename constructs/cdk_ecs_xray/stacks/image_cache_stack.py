"""The collector's image in the account's own registry."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import XRayImageCache
from cdk_ecs_xray.environments.environment import Environment


class ImageCacheStack(cdk.Stack):
    """Provisions one pull-through cache rule for all services of an environment.

    Costs the storage of the image. What was pulled stays when the stack is destroyed.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(construct_id),
            description=f"The collector's image in {environment.name}",
            tags=dict(environment.tags) or None,
        )
        prefix = environment.image_cache_prefix
        self.cache = XRayImageCache(self, "Cache", prefix="" if prefix is None else prefix)
