"""The key ``image_cache`` of ``environments/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import InitErrorDetails

from cdk_ecs_xray.environments.task_definition import Surroundings
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import shown
from cdk_ecs_xray.files.model_file import clash
from cdk_ecs_xray.plan.image_cache import DEFAULT_PREFIX, cache_registry, prefix_problem

IMAGE_CACHE_STACK = "image-cache"


def _checked(value: object) -> object:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise InvalidValueError(
            Problem(
                what="must be true, or the prefix of a pull-through cache rule that exists",
                got=shown(value),
                fix=f"Example: {DEFAULT_PREFIX}.",
            )
        )
    problem = prefix_problem(value)
    if problem is not None:
        raise InvalidValueError(problem)
    return value


ImageCache = Annotated[bool | str, BeforeValidator(_checked)]
"""True for a rule of the environment's own, a prefix for one that exists, False for none."""


def cache_prefix(image_cache: bool | str, *, namespace: str, environment: str) -> str | None:  # noqa: FBT001
    """Return the prefix of an environment's cache; None where it has none."""
    if isinstance(image_cache, str):
        return image_cache
    return f"{namespace}-{environment}" if image_cache else None


def image_cache_clashes(data: object) -> list[InitErrorDetails]:
    """Return why an environment cannot have a rule of its own."""
    if not isinstance(data, Mapping) or data.get("image_cache") is not True:
        return []
    return _prefix_clashes(data)


def _prefix_clashes(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    prefix = f"{data.get('namespace')}-{data.get('name')}"
    if prefix_problem(prefix) is None:
        return []
    message = Problem(
        what=f"must be a prefix of your own, as Amazon ECR takes no '{prefix}'",
        got="true",
        fix="Create a pull-through cache rule and write its prefix, at most 30 characters.",
    )
    return [clash(message, ("image_cache",), True)]


def registry_at(place: Surroundings, prefix: str | None) -> str | None:
    """Return the registry that images come from; None without a cache, for the public one."""
    if prefix is None:
        return None
    return cache_registry(
        account=place.account, region=place.region, url_suffix=place.url_suffix, prefix=prefix
    )
