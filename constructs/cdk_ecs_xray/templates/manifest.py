"""Reads one artifact of a cloud assembly's manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.field_limits import shown
from cdk_ecs_xray.files.text_file import displayed, require_reachable

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


def file_inside(folder: Path, artifact: str, named: object, root: Path) -> Path:
    """Return the path that a manifest names, which never leaves the assembly.

    An assembly comes with a pull request as often as from one's own ``cdk synth``; its paths must
    not make a review read, and show, the reviewer's own files.
    """
    try:
        path = folder / named if isinstance(named, str) else folder
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        # A loop of links, a name that is too long or has a zero byte in it.
        inside = False
    if isinstance(named, str) and inside and path.resolve() != folder.resolve():
        require_reachable(path, error=ReviewError)
        return path
    raise ReviewError(
        Problem(
            where=f"{displayed(folder / 'manifest.json')}, '{artifact}'",
            what="a path must be one inside the assembly",
            got=shown(named),
            fix="Run cdk synth again.",
        )
    )
