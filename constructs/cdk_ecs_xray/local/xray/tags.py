"""Tags of rules and groups; at most 50 on each, as on any AWS resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document, page, text
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, TooManyTagsError

MOST_TAGS = 50
TAGS_PER_PAGE = 50


class Tags:
    """Tags by resource ARN. Whether the resource exists is the caller's question."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def of(self, arn: str) -> dict[str, str]:
        """The tags of one resource."""
        return dict(self._tags.get(arn, {}))

    def add(self, arn: str, tags: object) -> None:
        """Add or overwrite; all or nothing."""
        merged = self.of(arn) | read_tags(tags)
        own = [key for key in merged if not key.startswith("aws:")]
        if len(own) > MOST_TAGS:
            raise TooManyTagsError(
                f"A resource can have at most {MOST_TAGS} tags, got {len(own)}", resource_name=arn
            )
        self._tags[arn] = merged

    def remove(self, arn: str, keys: object) -> None:
        """Drop the tags with these keys; unknown keys are no error."""
        if not isinstance(keys, list):
            raise InvalidRequestError(f"TagKeys must be a list, got {keys!r}")
        self._tags[arn] = {k: v for k, v in self.of(arn).items() if k not in keys}

    def forget(self, arn: str) -> None:
        """The resource is gone."""
        self._tags.pop(arn, None)

    def listed(self, arn: str, next_token: object = None) -> Document:
        """ListTagsForResource, by key."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(self.of(arn).items())]
        items, more = page(
            listed, key=lambda tag: (tag["Key"],), next_token=next_token, size=TAGS_PER_PAGE
        )
        return {"Tags": items, **more}


def read_tags(tags: object) -> dict[str, str]:
    """A ``Key``/``Value`` list as a map.

    :raises InvalidRequestError: for lengths outside 1-128 and 0-256.
    """
    if not isinstance(tags, list) or not all(isinstance(tag, Mapping) for tag in tags):
        raise InvalidRequestError(f"Tags must be a list of keys and values, got {tags!r}")
    return {_key(tag): text(tag, "Value", longest=256) for tag in tags}


def _key(tag: Mapping[str, Any]) -> str:
    return text(tag, "Key", longest=128, shortest=1)
