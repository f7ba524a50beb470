"""The collector's image from Amazon ECR, in place of the public gallery."""

from __future__ import annotations

from typing import Self

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.image_cache import DEFAULT_PREFIX, cache_registry, prefix_problem


class XRayImageCache(Construct):
    """Provisions a pull-through cache rule of public.ecr.aws in the account's own registry.

    The collector's image then comes from where private images of apps come from: once it was
    pulled, an outage or a rate limit of the public gallery keeps no task from starting. Pass it as
    ``image_cache`` to :class:`XRayTracing` or :class:`XRaySidecar`: their execution role is
    granted pulling, ``ecr:CreateRepository`` and ``ecr:BatchImportUpstreamImage`` on the one
    repository. Costs the storage of the image and its layers' transfer.

    The first pull of an image needs a way to the internet, also where the VPC has endpoints for
    Amazon ECR (Amazon ECR's user guide, "Interface VPC endpoints").

    :param prefix: in front of the repositories, ``ecr-public`` by default. An account has one
        rule per prefix and region; :meth:`from_prefix` uses one that exists.
    :raises ConfigurationError: for a prefix that Amazon ECR refuses.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str = DEFAULT_PREFIX
    ) -> None:
        _require_prefix(prefix)
        super().__init__(scope, construct_id)
        self.prefix: str = prefix
        self.rule: ecr.CfnPullThroughCacheRule | None = self._rule()

    @classmethod
    def from_prefix(cls, scope: Construct, construct_id: str, prefix: str) -> Self:
        """Return a cache whose rule the account has already.

        :raises ConfigurationError: for a prefix that Amazon ECR refuses.
        """
        cache = cls(scope, construct_id, prefix=prefix)
        cache.node.try_remove_child("Rule")
        cache.rule = None
        return cache

    @property
    def registry(self) -> str:
        """What replaces ``public.ecr.aws`` in an image's name; ``registry`` of a collector."""
        return cache_registry(
            account=Stack.of(self).account,
            region=Stack.of(self).region,
            url_suffix=Stack.of(self).url_suffix,
            prefix=self.prefix,
        )

    def image(self, reference: str) -> str:
        """Return an image of public.ecr.aws as this cache has it; any other as it is."""
        public = f"{PUBLIC_REGISTRY}/"
        if not reference.startswith(public):
            return reference
        return f"{self.registry}/{reference.removeprefix(public)}"

    def _rule(self) -> ecr.CfnPullThroughCacheRule:
        return ecr.CfnPullThroughCacheRule(
            self,
            "Rule",
            ecr_repository_prefix=self.prefix,
            upstream_registry_url=PUBLIC_REGISTRY,
        )


def _require_prefix(prefix: str) -> None:
    problem = prefix_problem(prefix)
    if problem is not None:
        raise ConfigurationError(
            Problem(
                where="XRayImageCache",
                what=f"prefix {problem.what}",
                got=problem.got,
                fix=problem.fix,
            )
        )
