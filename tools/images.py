"""Say which collector image has a newer version than the one that is pinned.

    python tools/images.py [REGISTRY]

REGISTRY is https://public.ecr.aws by default. Only tags in the form of the pinned one count, so no
``latest``, no build for one architecture and no preview. Ends with 1 when an image is behind.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Placement, XRayDaemon
from cdk_ecs_xray.plan.network import NETWORKS

REGISTRY = "https://public.ecr.aws"
PAGE = 1000


def main(registry: str = REGISTRY) -> int:
    """Print a line for each image; 1 when one is behind, 2 when the registry does not answer."""
    code = 0
    for repository, pinned in images().items():
        try:
            newest = newest_of(pinned, tags(registry, repository))
        except (OSError, ValueError) as error:
            print(f"{repository}: the registry did not answer ({error})", file=sys.stderr)
            return 2
        if newest is None:
            print(f"{repository}: {pinned} is the newest")
        else:
            code = 1
            print(f"{repository}: {newest} is newer than {pinned}")
    return code


def images() -> Mapping[str, str]:
    """Return the repositories of the collectors' images and the tags that are pinned."""
    placement = Placement(network=NETWORKS["awsvpc"], region="us-east-1", memory_mib=256)
    found = {}
    for collector in (XRayDaemon(), AdotCollector(), CloudWatchAgent()):
        path, _, tag = collector.describe(placement).image.rpartition(":")
        found[path.partition("/")[2]] = tag
    return found


def newest_of(pinned: str, offered: Sequence[str]) -> str | None:
    """Return the newest tag in the form of the pinned one, None when that is the pinned one."""
    form = re.compile(re.sub(r"\\?\d+", r"(\\d+)", re.escape(pinned)))
    numbers = {
        tuple(int(number) for number in found.groups()): tag
        for tag in [pinned, *offered]
        if (found := form.fullmatch(tag)) is not None
    }
    newest = numbers[max(numbers)]
    return None if newest == pinned else newest


def tags(registry: str, repository: str) -> Sequence[str]:
    """Return every tag that a registry offers of an image.

    :raises ValueError: for an answer that is none of a registry's.
    """
    token = _asked(f"{registry}/token/?scope=repository:{repository}:pull", None)["token"]
    found: list[str] = []
    while True:
        last = f"&last={found[-1]}" if found else ""
        page = _asked(f"{registry}/v2/{repository}/tags/list?n={PAGE}{last}", token)["tags"]
        found += page
        if len(page) < PAGE:
            return found


def _asked(url: str, token: str | None) -> dict[str, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the caller's registry
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        found = json.load(answer)
    if not isinstance(found, dict) or not {"token", "tags"} & set(found):
        raise ValueError(f"{url}: no token and no tags in the answer")
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
