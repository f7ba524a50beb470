"""One embedded AWS for these tests; each starts with an empty one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from cdk_ecs_xray.local import EmbeddedAws

DEADLINE = 15.0


@pytest.fixture(scope="session")
def running_aws() -> Iterator[EmbeddedAws]:
    """The server itself."""
    with EmbeddedAws.start() as aws:
        yield aws


@pytest.fixture
def aws(running_aws: EmbeddedAws) -> EmbeddedAws:
    """The server with nothing in it."""
    running_aws.reset()
    return running_aws


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, and fail when it doesn't come true in time."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.02)

    return wait
