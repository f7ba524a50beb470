"""Finds the files of a log, and out from their first lines how they have to be read."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem
from cdk_ecs_xray.files.text_file import open_regular, path_problem, require_reachable
from cdk_ecs_xray.sampling.traffic.compression import (
    UNREADABLE,
    compression_of,
    opened,
    unpacked,
)
from cdk_ecs_xray.sampling.traffic.formats.detection import format_of, missing_fields
from cdk_ecs_xray.sampling.traffic.formats.fields import Place, fields_of
from cdk_ecs_xray.sampling.traffic.formats.model import LogFormat, quoted
from cdk_ecs_xray.sampling.traffic.formats.parquet import MAGIC, parquet

if TYPE_CHECKING:
    import duckdb

STANDARD_INPUT = "-"
_SHOWN_NAMES = 3
# A container may print a page or two before its first request.
_HEAD_LINES = 1_000
_HEAD_BYTES = 1 << 18
_WILDCARDS = frozenset("*?[")
# Written once into every bucket, to see whether it can be written to.
_TEST_FILE = "ELBAccessLogTestFile"


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """A log that is not empty.

    :param name: as the user gave it, or found under what the user gave.
    :param path: under which it can be read.
    :param compression: as DuckDB names it.
    """

    name: str
    path: Path
    compression: str
    shape: LogFormat


def log_files(
    names: Iterable[str],
    folder: Path,
    database: duckdb.DuckDBPyConnection,
    *,
    log_format: str,
    fields: Mapping[str, str],
) -> Iterator[LogFile]:
    """Look into logs one after the other, leaving out the empty ones.

    :param names: of files, or of folders, whose files are read at any depth, or patterns.
    :param folder: for what replaces them.
    :param database: reads what is not plain text.
    :raises ConfigurationError: for a file that can't be read or is of no known format.
    """
    # What the reader of logs has begun with is there.
    from duckdb import Error as DamagedFile

    for number, name in enumerate(names):
        path = linked(name, folder / f"{number}.log")
        if not path.stat().st_size:
            continue
        compression = compression_of(path)
        try:
            if _is_parquet(path):
                shape = _table(path, name, database, fields)
            else:
                head = _head(path, compression, database)
                shape = format_of(log_format, head, fields, where=name)
                path, compression = unpacked(path, compression, folder / f"{number}.plain")
        except UNREADABLE as error:
            raise unreadable(name, str(error)) from None
        except DamagedFile as error:
            said = str(error).splitlines()[0].replace(str(path), name)
            raise unreadable(name, said) from None
        yield LogFile(name=name, path=path, compression=compression, shape=shape)


def found_files(names: Iterable[str]) -> Sequence[str]:
    """Return the files that names, folders and patterns stand for, in order.

    :raises ConfigurationError: for a folder or pattern without a file.
    """
    files: list[str] = []
    for name in names:
        path = Path(name)
        require_reachable(path)
        if name == STANDARD_INPUT or path.is_file():
            files.append(name)
            continue
        under: Iterable[str | Path] = ()
        if path.is_dir():
            under = _below(path)
        elif _WILDCARDS & set(name):
            under = glob(name, recursive=True)  # noqa: PTH207 - a pattern may be absolute
        else:
            files.append(name)
            continue
        inside = sorted(str(file) for file in map(Path, under) if _is_log(file))
        if not inside:
            raise ConfigurationError(
                Problem(where=name, what="log files not found", fix="Check the path.")
            )
        files += inside
    return files


def _below(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder; what cannot be looked into is no folder without logs.

    :raises OSError: for such a folder.
    """

    def refuse(failed: OSError) -> None:
        raise failed

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in names)


def _is_log(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.name != _TEST_FILE


def read_alike(files: Iterable[LogFile], most: int) -> Iterator[Sequence[LogFile]]:
    """Yield files together that are read in the same way, up to so many at once."""
    alike: list[LogFile] = []
    for file in files:
        same = alike and (alike[0].shape, alike[0].compression) == (file.shape, file.compression)
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
        with open_regular(path, where=name):
            link.symlink_to(path.resolve())
    except EcsXRayError:
        raise
    except (OSError, ValueError) as error:
        raise ConfigurationError(path_problem(name, error)) from None
    return link


def unreadable(name: str, reason: str) -> ConfigurationError:
    """Return the error for a log that ends too early or is damaged."""
    return ConfigurationError(
        Problem(
            where=name,
            what="the log must be readable to its end",
            got=f"'{reason}'",
            fix="Fetch it again.",
        )
    )


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _table(
    path: Path, name: str, database: duckdb.DuckDBPyConnection, named: Mapping[str, str]
) -> LogFormat:
    source = f"FROM read_parquet({quoted(str(path))})"
    result = database.execute(f"SELECT * {source} LIMIT {_HEAD_LINES}")
    columns: list[Place] = [(str(column[0]),) for column in result.description or ()]
    records: list[dict[Place, object]] = [
        {
            place: value if value is None or isinstance(value, int | float | str) else str(value)
            for place, value in zip(columns, row, strict=True)
        }
        for row in result.fetchall()
    ]
    records = records or [dict[Place, object](dict.fromkeys(columns))]
    fields = fields_of(records, named)
    if fields.missing:
        raise ConfigurationError(missing_fields(records, named, where=name))
    return parquet(fields)


def _head(path: Path, compression: str, database: duckdb.DuckDBPyConnection) -> Sequence[str]:
    if compression == "zstd":
        lines = _zstd_head(path, database)
    else:
        with opened(path, compression) as file:
            text = file.read(_HEAD_BYTES).decode(errors="replace")
        lines = text.split("\n")
    return [line.rstrip("\r") for line in lines if line.strip()][:_HEAD_LINES]


def _zstd_head(path: Path, database: duckdb.DuckDBPyConnection) -> Sequence[str]:
    from duckdb import InvalidInputException

    def head(*, ignore_errors: bool) -> Sequence[str]:
        rows = database.execute(
            "SELECT line FROM read_csv(?, columns = {'line': 'VARCHAR'}, auto_detect = false,"  # noqa: S608 - own texts
            " header = false, delim = chr(1), quote = '', escape = '', strict_mode = false,"
            f" ignore_errors = {ignore_errors}, compression = 'zstd') LIMIT {_HEAD_LINES}",
            [str(path)],
        ).fetchall()
        return [str(row[0]) for row in rows]

    try:
        return head(ignore_errors=False)
    except InvalidInputException as error:
        # To ignore lines without an end would be to unpack all of the file.
        if "Maximum line size" in str(error):
            raise OSError(None, "its first lines are longer than 2 MB") from None
        return head(ignore_errors=True)
