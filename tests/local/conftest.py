"""A clock that stands still until it is told otherwise, and an X-Ray that goes by it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cdk_ecs_xray.local.xray import XRayStore

ACCOUNT = "123456789012"
REGION = "eu-west-1"


@dataclass
class StillClock:
    """Epoch seconds, moved by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> StillClock:
    """The time."""
    return StillClock()


@pytest.fixture
def xray(clock: StillClock) -> XRayStore:
    """X-Ray in one account and region, with nothing in it."""
    return XRayStore(account=ACCOUNT, region=REGION, clock=clock)
