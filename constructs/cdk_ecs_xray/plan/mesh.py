"""The user that a collector runs as beside a proxy that catches the task's traffic. Pure.

App Mesh sends all that leaves the task through Envoy, but for what its own user or group sends.
ECS stops containers in the reverse order of their dependencies, so Envoy can be gone while the
collector still flushes; and Envoy has no business with the collector's traffic.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ROOT = 0


def proxy_properties(properties: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the properties of a proxy configuration by name; those without a value are left out.

    :param properties: ``name`` and ``value`` each, in ECS's spelling.
    """
    return {
        str(found["name"]): str(found["value"])
        for found in properties
        if found.get("name") and found.get("value") not in (None, "")
    }


def ignored_user(properties: Mapping[str, str], *, image_user: int) -> str | None:
    """Return the ``user`` whose traffic the proxy leaves alone; None where there is none to take.

    :param properties: of the proxy configuration, by name.
    :param image_user: the user id that the collector's image runs as. One that runs as root has
        to stay root, so it takes the ignored group only.
    """
    uid, gid = properties.get("IgnoredUID"), properties.get("IgnoredGID")
    if uid is not None and image_user != _ROOT:
        return uid
    if gid is not None:
        return f"{image_user}:{gid}"
    return uid if uid == str(_ROOT) else None
