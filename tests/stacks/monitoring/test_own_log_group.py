"""A service that writes to a log group of its user's is watched without one of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.stacks.conftest import SERVICE


def test_lines_of_a_group_that_is_not_created_are_left_out(
    stages: Callable[..., Mapping[str, Any]],
) -> None:
    services = [
        {**SERVICE, "name": "own", "cluster": "shared", "log_group": "/theirs"},
        {**SERVICE, "name": "usual", "cluster": "shared"},
    ]
    stacks = stages({"name": "dev", "services": services, "monitoring": {}})

    watched = str(stacks["fq-dev-monitoring"].template)

    assert "/fq/dev/usual/instance/app" in watched
    assert "/fq/dev/own/instance/app" not in watched
    assert "/fq/dev/own/instance/xray" in watched
