"""How many requests a rule records: expected counts for the three states an SDK can be in.

A rule first takes from its reservoir, then records a share of the rest.

- *Central*: X-Ray has handed out the reservoir to the processes; together they take all of it.
- *Borrowing*: before the first quota arrives, or with an SDK that never gets one (Node 3.12). Each
  process borrows one request a second from a reservoir that is not empty.
- *Local*: X-Ray can't be reached and a local file decides. Each process has ``fixed_target``.

Sources: ``reservoir.py`` and ``local/reservoir.py`` of aws-xray-sdk 2.15.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import comb

_COUNTED = 64


@dataclass(frozen=True, kw_only=True)
class Reservoirs:
    """What of a second's requests a rule takes, whatever its rate.

    :param size: the rule's reservoir, over all processes.
    :param processes: how many processes share the traffic evenly.
    """

    size: int
    processes: int

    @property
    def fixed_target(self) -> int:
        """The reservoir's part of one process, as a local file has it; rounded up."""
        return -(-self.size // self.processes)

    def central(self, requests: float) -> float:
        """Taken of a second's requests with X-Ray's quota."""
        return min(requests, self.size)

    def borrowed(self, requests: float, *, steady: bool = False) -> float:
        """Taken while every process borrows one a second.

        :param steady: each process gets its share every second; otherwise requests fall on
            processes at random.
        """
        return self._by_process(requests, min(self.size, 1), steady=steady)

    def local(self, requests: float, *, steady: bool = False) -> float:
        """Taken while every process follows a local file."""
        return self._by_process(requests, self.fixed_target, steady=steady)

    def _by_process(self, requests: float, most: int, *, steady: bool) -> float:
        if most == 0:
            return 0.0
        if steady:
            return self.processes * min(requests / self.processes, most)
        spare = sum((most - k) * self._chance(int(requests), k) for k in range(most))
        return self.processes * (most - spare)

    def _chance(self, requests: int, hits: int) -> float:
        """Return how likely one process gets exactly that many of the requests."""
        if hits > requests:
            return 0.0
        share = 1 / self.processes
        return comb(requests, hits) * share**hits * (1 - share) ** (requests - hits)


def draw_binomial(chance: random.Random, trials: int, share: float) -> int:
    """Draw how many of so many trials succeed, exactly, in few steps.

    Splits at the median order statistic, which has a beta distribution (Devroye, Non-Uniform
    Random Variate Generation, X.4.2).
    """
    successes = 0
    while trials > _COUNTED and 0 < share < 1:
        middle = trials // 2 + 1
        value = chance.betavariate(middle, trials + 1 - middle)
        if value <= share:
            successes += middle
            trials -= middle
            share = (share - value) / (1 - value)
        else:
            trials = middle - 1
            share = share / value
    return successes + sum(chance.random() < share for _ in range(trials))
