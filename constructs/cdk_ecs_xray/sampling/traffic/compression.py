"""Compressed logs, recognized by their first bytes, whatever their names."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

_MAGIC: Mapping[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
}
# Read by DuckDB itself; the rest is unpacked into the temporary folder first.
_DUCKDB_READS = ("none", "gzip", "zstd")
# Logs shrink to a tenth or a fiftieth; a few kilobytes of zeros unpacked fill any disk.
_LARGEST_UNPACKED = 256 * 1024 * 1024
_MOST_GROWTH = 1000
_AT_ONCE = 1024 * 1024
UNREADABLE = (OSError, EOFError, zlib.error)


def compression_of(path: Path) -> str:
    """Return how a file is compressed: ``none``, ``gzip``, ``zstd`` or ``bz2``."""
    with path.open("rb") as file:
        start = file.read(max(map(len, _MAGIC)))
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "none")


def unpacked(path: Path, compression: str, copy: Path) -> tuple[Path, str]:
    """Return a file that DuckDB can read, and its compression.

    :param copy: where an unpacked copy goes, if one is needed.
    :raises OSError: for a file that is not what its first bytes say, or grows a thousandfold.
    """
    if compression in _DUCKDB_READS:
        return path, compression
    most = max(_LARGEST_UNPACKED, path.stat().st_size * _MOST_GROWTH)
    with bz2.open(path) as source, copy.open("wb") as target:
        while content := source.read(_AT_ONCE):
            target.write(content)
            if target.tell() > most:
                copy.unlink()
                raise OSError(None, f"it unpacks to more than {most // 1024 // 1024:,} MiB")
    return copy, "none"


def opened(path: Path, compression: str) -> IO[bytes]:
    """Open a file for reading its plain bytes; zstd is left to DuckDB."""
    openers: Mapping[str, Callable[[Path], Any]] = {"gzip": gzip.open, "bz2": bz2.open}
    file: IO[bytes] = openers[compression](path) if compression in openers else path.open("rb")
    return file
