"""Reads one artifact of a cloud assembly's manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>.+)")


def properties_of(artifact: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of an artifact; none where it has no mapping of them."""
    properties = artifact.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def environment_of(artifact: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return account and region; None for what is left to who deploys."""
    place = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
    return _known(place, "account"), _known(place, "region")


def _known(place: re.Match[str] | None, part: str) -> str | None:
    # CDK writes unknown-account and unknown-region where the deploying user decides.
    value = None if place is None else place[part]
    return None if value is None or value.startswith("unknown-") else value
