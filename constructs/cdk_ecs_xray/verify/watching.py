"""Waits for a first trace."""

from __future__ import annotations

import time
from collections.abc import Callable

from cdk_ecs_xray.verify.deployment import Deployment

_PAUSE = 5.0


def wait_for_traces(
    deployment: Deployment,
    *,
    seconds: float,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Ask until a trace of any service has arrived, or time is up; whether one has.

    Needs what :meth:`Deployment.read_traces` needs.

    :param tell: called once with what is waited for.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    started = clock()
    try:
        wanted = [
            (name, service.region)
            for service in deployment.services
            for name in service.tracing_names
        ]
        if not wanted:
            return False
        names = ", ".join(name for name, _ in wanted)
        tell(f"waiting {seconds:.0f} s at most for a first trace of {names}")
        while True:
            if any(_arrived(deployment, name, region) for name, region in wanted):
                return True
            if clock() - started + _PAUSE > seconds:
                return False
            sleep(_PAUSE)
    except (AttributeError, BotoCoreError, ClientError, LookupError, TypeError, ValueError):
        # The check of traces meets the same, and says what is wrong.
        return False


def _arrived(deployment: Deployment, name: str, region: str) -> bool:
    # Not deployment.traces(), which asks only once.
    return bool(deployment.read_traces(name, region))
