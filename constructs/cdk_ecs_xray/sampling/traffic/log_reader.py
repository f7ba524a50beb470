"""Reads access logs, or counts of them, into DuckDB.

Everything is kept in a database file in a temporary folder, so memory stays within a limit that
does not depend on the length of the logs. DuckDB comes with the extra ``simulate``.
"""
# ruff: noqa: S608 - the queries are built from this package's own texts, values are quoted

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.sampling.traffic.access_logs import AccessLogs
from cdk_ecs_xray.sampling.traffic.compression import UNREADABLE, compression_of, opened
from cdk_ecs_xray.sampling.traffic.formats.model import JOINED, Key
from cdk_ecs_xray.sampling.traffic.log_files import (
    LogFile,
    found_files,
    in_short,
    linked,
    log_files,
    read_alike,
    unreadable,
)
from cdk_ecs_xray.sampling.traffic.log_query import requests_in

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "256MB"
# Each thread holds buffers, which must fit into the limit however many cores there are.
_MOST_THREADS = 4
# Load balancers write a file every five minutes: reading one at a time would mostly be starting.
_FILES_AT_ONCE = 64
_RAW_COLUMNS = "second BIGINT, key VARCHAR, requests BIGINT, example VARCHAR"

_COLUMNS = ("second", "host", "method", "path", "requests")
_LONGEST_HEADER = 4096
_SHOWN = 60

Watch = Callable[[str, Callable[[], float]], AbstractContextManager[None]]
"""Shows how reading goes: given what is read and a function for the percentage."""


@contextmanager
def read_access_logs(
    files: Sequence[str],
    *,
    log_format: str = "auto",
    fields: Mapping[str, str] | None = None,
    host: str | None = None,
    queries: bool = False,
    watch: Watch | None = None,
) -> Iterator[AccessLogs]:
    """Read logs, plain or compressed with gzip, zstd or bzip2.

    :param files: paths of files or folders, or patterns; ``-`` is standard input.
    :param log_format: one of ``formats.detection.FORMATS``, or ``auto``.
    :param host: of all requests, for formats that have none.
    :param queries: keep those that stand behind paths; routes are as many as both make.
    :param watch: entered around the reading of files that are read together.
    :raises ConfigurationError: for a file that can't be read, or without a single readable line.
    """
    with _opened() as (database, folder, logs):
        keys: dict[str, Key] = {}
        names = found_files(files)
        found = log_files(names, folder, database, log_format=log_format, fields=fields or {})
        if queries:
            found = (replace(file, shape=file.shape.with_queries()) for file in found)
        done = 0
        for alike in read_alike(found, _FILES_AT_ONCE):
            key = alike[0].shape.key
            raw = f"raw_{key.name}"
            last = alike[-1].name
            if raw not in keys:
                database.execute(f"CREATE TABLE {raw} ({_RAW_COLUMNS})")
                keys[raw] = key
            done += len(alike)
            label = f"{last} ({done} of {len(names)})"
            with nullcontext() if watch is None else watch(label, database.query_progress):
                _read(database, raw, alike)
        for raw, key in keys.items():
            logs.take(raw, key, host)
        if logs.span == (0, -1):
            count = logs.malformed.count
            raise ConfigurationError(
                Problem(
                    where=in_short(files),
                    what="the logs must hold at least one request"
                    if count
                    else "at least one request is required",
                    got=f"{count:,} malformed" if count else None,
                    fix="Check --log-format.",
                )
            )
        yield logs


@contextmanager
def read_counts(file: str) -> Iterator[AccessLogs]:
    """Read what the query of ``--print-athena-sql`` returned, as CSV, plain or gzip.

    :raises ConfigurationError: for a file that is not its result.
    """
    with _opened() as (database, folder, logs):
        path = linked(file, folder / "counts.csv")
        compression = compression_of(path)
        _require_header(path, compression, file)
        try:
            database.execute(
                "CREATE TABLE raw AS SELECT second::BIGINT AS second, concat_ws(chr(31),"
                " coalesce(host, ''), coalesce(method, ''), path) AS key,"
                " requests::BIGINT AS requests, NULL::VARCHAR AS example FROM read_csv(?,"
                f" header = true, all_varchar = true, compression = '{compression}')",
                [str(path)],
            )
        except _duckdb().Error as error:
            raise _no_counts(file, _first_line(error, path, file)) from None
        logs.take("raw", JOINED)
        if logs.span == (0, -1):
            raise ConfigurationError(
                Problem(
                    where=file,
                    what="at least one row is required",
                    fix="Run the query again.",
                )
            )
        yield logs


def _require_header(path: Path, compression: str, name: str) -> None:
    """Look for the columns before all of a file is searched for lines; zstd is left to DuckDB."""
    if compression == "zstd":
        return
    try:
        with opened(path, compression) as file:
            header = file.readline(_LONGEST_HEADER).decode(errors="replace").strip()
    except UNREADABLE as error:
        raise unreadable(name, str(error)) from None
    if not set(_COLUMNS) <= set(re.findall(r"\w+", header)):
        raise _no_counts(name, header[:_SHOWN])


def _no_counts(name: str, got: str) -> ConfigurationError:
    return ConfigurationError(
        Problem(
            where=name,
            what=f"counts must be CSV with the columns {', '.join(_COLUMNS[:-1])} and "
            f"{_COLUMNS[-1]}",
            got=f"'{got}'",
            fix="Export the result of --print-athena-sql.",
        )
    )


@contextmanager
def _opened() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, AccessLogs]]:
    with tempfile.TemporaryDirectory(prefix="ecs-xray-logs-") as name:
        folder = Path(name)
        database = _duckdb().connect(
            str(folder / "logs.duckdb"),
            config={
                "memory_limit": MEMORY_LIMIT,
                "threads": min(os.cpu_count() or 1, _MOST_THREADS),
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        try:
            # Followed by whoever asks for the percentage; DuckDB's own bar would be in the way.
            database.execute(
                "SET enable_progress_bar = true; SET enable_progress_bar_print = false;"
                " SET TimeZone = 'UTC'"
            )
            yield database, folder, AccessLogs(database, folder)
        except (_duckdb().Error, OSError) as error:
            raise ConfigurationError(
                Problem(
                    where="rules simulate",
                    what=f"the requests must fit into {MEMORY_LIMIT} of memory and the disk of "
                    f"{folder.parent}",
                    got=f"'{str(error).splitlines()[0]}'",
                    fix="Set TMPDIR to a folder with more space, or count them with "
                    "--print-athena-sql.",
                )
            ) from None
        finally:
            database.close()


def _read(database: duckdb.DuckDBPyConnection, raw: str, alike: Sequence[LogFile]) -> None:
    try:
        database.execute(f"INSERT INTO {raw} {requests_in(alike)}")
        if alike[0].shape.delimiter is not None:
            database.execute(
                "INSERT INTO malformed SELECT count(DISTINCT (file_id, line)), NULL"
                " FROM reject_errors; DROP TABLE reject_errors; DROP TABLE reject_scans"
            )
    except _duckdb().Error as error:
        if _is_full(error):
            raise
        # Which of them it was, DuckDB does not always say; nothing of it was inserted.
        if len(alike) > 1:
            database.execute(
                "DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans"
            )
            for file in alike:
                _read(database, raw, [file])
            return
        (file,) = alike
        raise unreadable(file.name, _first_line(error, file.path, file.name)) from None


def _is_full(error: Exception) -> bool:
    return isinstance(error, _duckdb().OutOfMemoryException) or "No space left" in str(error)


def _first_line(error: Exception, path: Path, name: str) -> str:
    return str(error).splitlines()[0].replace(str(path), name)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise ConfigurationError(
            Problem(
                where="rules simulate",
                what="the extra 'simulate' is required to read logs",
                fix="Run pip install 'cdk-ecs-xray[simulate]'.",
            )
        ) from None
    return duckdb
