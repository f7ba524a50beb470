"""The sizes that a Fargate task may have. Pure.

Source: "Task size" in the ECS developer guide; its largest size came in September 2026.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

FARGATE_SIZES: Mapping[int, Sequence[int]] = MappingProxyType(
    {
        256: (512, 1024, 2048),
        512: range(1024, 4096 + 1, 1024),
        1024: range(2048, 8192 + 1, 1024),
        2048: range(4096, 16384 + 1, 1024),
        4096: range(8192, 30720 + 1, 1024),
        8192: range(16384, 61440 + 1, 4096),
        16384: range(32768, 122880 + 1, 8192),
        32768: (61440, 122880, 249856),
    }
)
"""The memory in MiB that each number of CPU units comes with."""


def smallest_size(*, cpu: int, memory_mib: int) -> tuple[int, int] | None:
    """Return the smallest legal size with at least this much of both; None above the largest."""
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


def memory_words(cpu: int) -> str:
    """Return the memory that goes with CPU units, in words: ``512, 1024 or 2048``."""
    memories = FARGATE_SIZES[cpu]
    if isinstance(memories, range):
        return f"{memories[0]} to {memories[-1]} in steps of {memories.step}"
    return f"{', '.join(map(str, memories[:-1]))} or {memories[-1]}"
