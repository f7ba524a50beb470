"""The sizes that a task may have, and the next one that has room for more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

FARGATE_SIZES: Mapping[int, Sequence[int]] = MappingProxyType(
    {
        256: (512, 1024, 2048),
        512: range(1024, 4097, 1024),
        1024: range(2048, 8193, 1024),
        2048: range(4096, 16385, 1024),
        4096: range(8192, 30721, 1024),
        8192: range(16384, 61441, 4096),
        16384: range(32768, 122881, 8192),
    }
)
"""MiB of memory by CPU units, as Fargate takes them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""


def fargate_size(cpu: int, memory_mib: int) -> tuple[int, int] | None:
    """Return the smallest size of Fargate's with room for this much; None where none has."""
    return next(
        (
            (units, memory)
            for units, memories in FARGATE_SIZES.items()
            if units >= cpu
            for memory in memories
            if memory >= memory_mib
        ),
        None,
    )
