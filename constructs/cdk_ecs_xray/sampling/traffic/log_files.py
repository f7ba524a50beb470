"""Finds out from its first lines how an access log has to be read."""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.sampling.traffic.log_formats import LogFormat, format_of

STANDARD_INPUT = "-"
_SHOWN_NAMES = 3
_HEAD_LINES = 20
_HEAD_BYTES = 1 << 16
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """A log that is not empty.

    :param name: as the user gave it.
    :param path: under which it can be read.
    """

    name: str
    path: Path
    compressed: bool
    shape: LogFormat


def log_files(
    names: Iterable[str], folder: Path, *, log_format: str, fields: Mapping[str, str]
) -> Iterator[LogFile]:
    """Look into logs one after the other, leaving out the empty ones.

    :param folder: for what stands in for them.
    :raises ConfigurationError: for a file that can't be read or is of no known format.
    """
    for number, name in enumerate(names):
        path = linked(name, folder / f"{number}.log")
        if path.stat().st_size:
            compressed = is_compressed(path)
            head = _head(path, name, compressed=compressed)
            shape = format_of(log_format, head, fields, where=name)
            yield LogFile(name=name, path=path, compressed=compressed, shape=shape)


def read_alike(files: Iterable[LogFile], most: int) -> Iterator[Sequence[LogFile]]:
    """Yield files together that are read in the same way, up to so many at once."""
    alike: list[LogFile] = []
    for file in files:
        same = alike and (alike[0].shape, alike[0].compressed) == (file.shape, file.compressed)
        if alike and (not same or len(alike) == most):
            yield alike
            alike = []
        alike.append(file)
    if alike:
        yield alike


def in_short(names: Sequence[str]) -> str:
    """Return all names of a few files, the first and the last of many."""
    if len(names) <= _SHOWN_NAMES:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]} ({len(names)} files)"


def linked(name: str, link: Path) -> Path:
    """Give a file a name without the characters that DuckDB reads as wildcards.

    :raises ConfigurationError: for a file that can't be read.
    """
    if name == STANDARD_INPUT:
        with link.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        return link
    path = Path(name)
    try:
        with path.open("rb"):
            link.symlink_to(path.resolve())
    except OSError as error:
        raise ConfigurationError(
            Problem(
                where=name,
                what="the file must be readable",
                got=f"'{error.strerror}'",
                fix="Check the path.",
            )
        ) from None
    return link


def is_compressed(path: Path) -> bool:
    """Say whether a file is gzip's, whatever its name."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def _head(path: Path, name: str, *, compressed: bool) -> Sequence[str]:
    try:
        with gzip.open(path) if compressed else path.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode(errors="replace")
    except (OSError, EOFError) as error:
        raise ConfigurationError(
            Problem(
                where=name, what="the log must be readable", got=f"'{error}'", fix="Fetch it again."
            )
        ) from None
    return [line for line in text.splitlines() if line.strip()][:_HEAD_LINES]
