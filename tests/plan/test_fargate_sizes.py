"""The sizes of Fargate tasks, held to the table that cfn-lint ships."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]
import pytest

from cdk_ecs_xray.plan.fargate_sizes import FARGATE_SIZES, memory_words, smallest_size


def published() -> Iterator[tuple[int, set[int]]]:
    folder = Path(cfnlint.__file__).parent / "data" / "schemas" / "extensions"
    (path,) = (folder / "aws_ecs_taskdefinition").glob("fargate_cpu_memory.json")
    for pair in json.loads(path.read_text())["then"]["anyOf"]:
        cpu, memory = (pair["properties"][name]["then"] for name in ("Cpu", "Memory"))
        yield int(cpu["enum"][0]), set(_numbers(memory))


def _numbers(rule: dict[str, Any]) -> list[int]:
    if "enum" in rule:
        return [int(value) for value in rule["enum"]]
    step = rule["multipleOf"]
    first = -(-rule["minimum"] // step) * step
    return list(range(first, rule["maximum"] + 1, step))


def test_the_table_is_the_published_one() -> None:
    table = {cpu: set(memories) for cpu, memories in FARGATE_SIZES.items()}

    assert table == dict(published())


@pytest.mark.parametrize(
    ("cpu", "memory_mib", "size"),
    [
        (0, 0, (256, 512)),
        (256, 512, (256, 512)),
        (257, 512, (512, 1024)),
        (256, 2049, (512, 3072)),
        (16384, 122880, (16384, 122880)),
        (16385, 1, (32768, 61440)),
        (32769, 1, None),
        (1, 122881, (32768, 249856)),
        (1, 249857, None),
    ],
)
def test_the_smallest_size_has_enough_of_both(
    cpu: int, memory_mib: int, size: tuple[int, int] | None
) -> None:
    assert smallest_size(cpu=cpu, memory_mib=memory_mib) == size


@pytest.mark.parametrize("cpu", FARGATE_SIZES)
def test_every_memory_can_be_said_in_words(cpu: int) -> None:
    numbers = re.findall(r"\d+", memory_words(cpu))

    assert {str(FARGATE_SIZES[cpu][0]), str(FARGATE_SIZES[cpu][-1])} <= set(numbers)
