"""How many requests a rule records: expected counts for the states an SDK can be in.

A rule first takes from its reservoir, then records a share of the rest.

- *Central*: X-Ray has handed out the reservoir as whole numbers, ⌊r/p⌋ or ⌈r/p⌉ to each of p
  processes, and each takes so many of the requests that reach it in a second. A process that X-Ray
  has not heard of for as long as a quota lives borrows one a second, which rare routes do.
- *Borrowing*: before the first quota arrives, or with an SDK that never gets one (Node 3.12). Each
  process borrows one request a second from a reservoir that is not empty.
- *Local*: X-Ray can't be reached and a local file decides. Each process has ``fixed_target``.

Sources: ``reservoir.py``, ``target_poller.py`` and ``local/reservoir.py`` of aws-xray-sdk 2.15; how
X-Ray shares a reservoir is not published.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, floor, lgamma, log, log1p, sqrt

_COUNTED = 64
# Beyond ten standard deviations a double holds nothing of a binomial distribution.
_DEVIATIONS = 10
_REMEMBERED = 65_536


@dataclass(frozen=True, kw_only=True)
class Reservoirs:
    """What of a second's requests a rule takes, whatever its rate.

    Counts may be fractions, as a scaled log has them: between the whole numbers around one lies
    a straight line.

    :param size: the rule's reservoir, over all processes; of one process with ``per_process``.
    :param processes: how many processes share the traffic.
    :param per_process: the size is an SDK's local ``fixed_target``, which every process has.
    """

    size: int
    processes: int
    per_process: bool = False

    @property
    def fixed_target(self) -> int:
        """The reservoir's part of one process, as a local file has it; rounded up."""
        return self.size if self.per_process else -(-self.size // self.processes)

    def central(self, requests: float, *, fresh: float = 1, steady: bool = False) -> float:
        """Taken of a second's requests with X-Ray's quotas.

        :param fresh: how likely a process has a quota when a request comes; the others borrow.
        :param steady: each process gets its share every second; otherwise requests fall on
            processes at random.
        """
        share, larger = divmod(self.size, self.processes)
        taken = larger * self._one(requests, share + 1, steady=steady)
        taken += (self.processes - larger) * self._one(requests, share, steady=steady)
        borrowed = self.borrowed(requests, steady=steady)
        return fresh * taken + (1 - fresh) * borrowed

    def fewest(self, requests: float) -> float:
        """Taken when one process gets all requests and its quota is rounded down."""
        return min(requests, self.size // self.processes)

    def most(self, requests: float, *, fresh: float = 1) -> float:
        """Taken when each process gets as many requests as every other, or one more.

        Those that get one more are those with the larger quotas.
        """
        equal = self._between(requests, self._equal)
        return max(
            fresh * equal + (1 - fresh) * min(requests, self.processes * min(self.size, 1)),
            self.central(requests, fresh=fresh),
        )

    def borrowed(self, requests: float, *, steady: bool = False) -> float:
        """Taken while every process borrows one a second."""
        return self.processes * self._one(requests, min(self.size, 1), steady=steady)

    def local(self, requests: float, *, steady: bool = False) -> float:
        """Taken while every process follows a local file."""
        return self.processes * self._one(requests, self.fixed_target, steady=steady)

    def _equal(self, requests: int) -> float:
        share, larger = divmod(requests, self.processes)
        quota, quotas_larger = divmod(self.size, self.processes)
        both = min(larger, quotas_larger)
        taken = both * min(share + 1, quota + 1)
        taken += (larger - both) * min(share + 1, quota)
        taken += (quotas_larger - both) * min(share, quota + 1)
        return taken + (self.processes - max(larger, quotas_larger)) * min(share, quota)

    def _one(self, requests: float, most: int, *, steady: bool) -> float:
        """Return what one process takes of the requests of all."""
        if steady:
            return min(requests / self.processes, most)
        return self._between(requests, lambda n: _expected_taken(n, self.processes, most))

    @staticmethod
    def _between(requests: float, taken: Callable[[int], float]) -> float:
        low, high = floor(requests), ceil(requests)
        if low == high:
            return taken(low)
        return (high - requests) * taken(low) + (requests - low) * taken(high)


@lru_cache(maxsize=_REMEMBERED)
def _expected_taken(requests: int, processes: int, most: int) -> float:
    """Return the mean of min(B, most), B being binomial: requests that fall on one of so many."""
    mean = requests / processes
    if most == 0 or requests <= most or processes == 1:
        return min(mean, most)
    far = _DEVIATIONS * sqrt(mean * (1 - 1 / processes)) + _DEVIATIONS
    first = max(0, floor(mean - far))
    spare = sum(
        (most - hits) * _chance(requests, processes, hits)
        for hits in range(first, min(most, ceil(mean + far)))
    )
    return most - spare if mean - far < most else float(most)


def _chance(requests: int, processes: int, hits: int) -> float:
    ways = lgamma(requests + 1) - lgamma(hits + 1) - lgamma(requests - hits + 1)
    return exp(ways - hits * log(processes) + (requests - hits) * log1p(-1 / processes))


def draw_binomial(chance: random.Random, trials: int, share: float) -> int:
    """Draw how many of so many trials succeed, exactly, in few steps.

    Splits at the median order statistic, which has a beta distribution (Devroye, Non-Uniform
    Random Variate Generation, X.4.2).
    """
    if share in (0, 1):
        return trials if share else 0
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
