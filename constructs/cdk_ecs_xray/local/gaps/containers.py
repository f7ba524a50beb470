"""No container is ever started, whatever engine runs on the user's machine."""

from __future__ import annotations

import sys
from typing import Any

from ministack.services import ecs


def mend() -> None:
    """Hide the Docker SDK from every service, and ECS's way to it besides."""
    modules: dict[str, Any] = sys.modules
    # None is how Python is told that importing a module fails.
    modules["docker"] = None
    ecs._get_docker = _no_engine


def _no_engine() -> None:
    """ECS keeps tasks as records only."""
