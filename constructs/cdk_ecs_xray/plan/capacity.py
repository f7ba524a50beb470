"""How many segments a sidecar carries: the measured table behind its sizes. Pure.

Measured with the X-Ray daemon 3.6.6, segments of 1 KB over TLS, buffer memory 16 MiB: 32 CPU
units as a hard quota lost nothing up to 800 segments a second, 0.5 % at 1000 and 41 % at 2000;
without a quota nothing was lost up to 3000, with a peak of 33 MB of memory.
"""

from __future__ import annotations

SEGMENTS_PER_CPU_STEP = 600
"""Segments a second that 32 CPU units carry, with a quarter of the measured limit in reserve."""
CPU_STEP = 32
MOST_SEGMENTS = 3000
"""Segments a second up to which one collector was measured; 256 MiB of memory are enough."""


def cpu_for(segments_per_second: int) -> int:
    """Return the CPU units that carry this many segments a second, in steps of 32."""
    steps = -(-min(segments_per_second, MOST_SEGMENTS) // SEGMENTS_PER_CPU_STEP)
    return max(steps, 1) * CPU_STEP


def segments_for(cpu: int) -> int:
    """Return the segments a second that this many CPU units carry."""
    return min(cpu * SEGMENTS_PER_CPU_STEP // CPU_STEP, MOST_SEGMENTS)
