"""The sizes of a task, in every spelling that ECS takes. Pure."""

from __future__ import annotations

import re
from typing import Any

_UNITS_PER_VCPU = 1024
_MIB_PER_GB = 1024
_CPU = re.compile(r"([0-9]*\.?[0-9]+)\s*vcpu", re.IGNORECASE)
_MEMORY = re.compile(r"([0-9]*\.?[0-9]+)\s*gb", re.IGNORECASE)


def cpu_units(value: Any) -> int | None:
    """Return ``256``, ``"256"``, ``".25 vCPU"`` as CPU units; None for what is no number yet."""
    return _sized(value, _CPU, _UNITS_PER_VCPU)


def mebibytes(value: Any) -> int | None:
    """Return ``512``, ``"512"``, ``"0.5 GB"`` as MiB; None for what is no number yet."""
    return _sized(value, _MEMORY, _MIB_PER_GB)


def _sized(value: Any, unit: re.Pattern[str], factor: int) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    found = unit.fullmatch(text)
    return None if found is None else int(float(found[1]) * factor)
