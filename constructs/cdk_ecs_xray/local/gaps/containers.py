"""ECS tasks are records: no container is ever started, even if the user's machine runs Docker.

The server hides the Docker SDK from all of ministack before it is imported; this is the second lock
on the one door that a stack of this kit would open.
"""

from __future__ import annotations

from ministack.services import ecs


def mend() -> None:
    """Take ECS's way to Docker."""
    ecs._get_docker = _no_engine


def _no_engine() -> None:
    """What ministack itself answers where there is no Docker."""
