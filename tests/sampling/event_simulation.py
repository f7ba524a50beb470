"""A service of several processes on the SDK's own rules and reservoirs, event by event.

X-Ray's part is played by its documented answers: each process reports every ten seconds, at a
moment of its own, about rules that matched since; the answer is its part of the reservoir as a
whole number, valid for five minutes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from aws_xray_sdk.core.sampling.reservoir import ReservoirDecision
from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule as SdkRule

START = 1_800_000_000
REPORTS_EVERY = 10
QUOTA_LIVES = 300
WARM_UP = 30
_TAKEN = (ReservoirDecision.TAKE, ReservoirDecision.BORROW)


def events_sampled(
    traffic: Sequence[int], *, size: int, rate: float, processes: int, seed: int
) -> int:
    """Return how many requests are sampled after the warm-up.

    :param traffic: requests by second; each falls on a process at random.
    :param size: the rule's reservoir.
    """
    chance = random.Random(seed)  # noqa: S311 - a simulation
    clients = [SdkRule("r", 1, rate, size) for _ in range(processes)]
    offsets = [chance.randrange(REPORTS_EVERY) for _ in clients]
    share, larger = divmod(size, processes)
    sampled = 0
    for second, requests in enumerate(traffic):
        now = START + second
        for number, client in enumerate(clients):
            due = (second + offsets[number]) % REPORTS_EVERY == 0
            if due and client.ever_matched() and client.time_to_report():
                client.snapshot_statistics()
                quota = share + (number < larger)
                client.reservoir.load_quota(quota, now + QUOTA_LIVES, REPORTS_EVERY)
        for _ in range(requests):
            client = clients[chance.randrange(processes)]
            client.increment_request_count()
            taken = client.reservoir.borrow_or_take(now, client.can_borrow) in _TAKEN
            if (taken or chance.random() < client.rate) and second >= WARM_UP:
                sampled += 1
    return sampled
