"""How much a cloud assembly may hold, which its manifests could make endless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.text_file import displayed

# The stacks that an account may have in a region, and sixty-four templates of the largest size.
_MOST_STACKS = 2_000
_MOST_TEXT = 64 * 1024 * 1024
_MOST_STAGES_DEEP = 20


class HasText(Protocol):
    """A stack with its template."""

    @property
    def text(self) -> str:
        """The template."""


Stack = TypeVar("Stack", bound=HasText)


def bounded(stacks: Iterator[Stack], *, where: str) -> Iterator[Stack]:
    """Yield stacks up to as many as are read in seconds; one file may be named many times.

    :raises ReviewError: for more.
    """
    size = 0
    for count, stack in enumerate(stacks, start=1):
        size += len(stack.text)
        if count > _MOST_STACKS or size > _MOST_TEXT:
            raise ReviewError(
                Problem(
                    where=where,
                    what=f"a cloud assembly must be at most {_MOST_STACKS:,} stacks and "
                    f"{_MOST_TEXT // 1024 // 1024} MiB of templates",
                    got="more",
                    fix="Pass one Stage's folder.",
                )
            )
        yield stack


def require_outside(folder: Path, above: Sequence[Path]) -> None:
    """Refuse an assembly that is inside itself.

    :param above: the folders of the assemblies that it is in.
    :raises ReviewError: when it is one of them, or more than 20 levels deep.
    """
    if folder.resolve() in above or len(above) > _MOST_STAGES_DEEP:
        raise ReviewError(
            Problem(
                where=displayed(folder / "manifest.json"),
                what="an assembly must not be inside itself",
                got=f"{len(above)} levels",
                fix="Run cdk synth again.",
            )
        )
