"""Reads access logs, or counts of them, into DuckDB.

Everything is kept in a database file in a temporary folder, so memory stays within a limit that
does not depend on the length of the logs. DuckDB comes with the extra ``simulate``.
"""
# ruff: noqa: S608 - the queries are built from this package's own texts, values are quoted

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.sampling.traffic.access_logs import AccessLogs
from cdk_ecs_xray.sampling.traffic.log_formats import LogFormat, format_of, quoted

if TYPE_CHECKING:
    import duckdb

STANDARD_INPUT = "-"
MEMORY_LIMIT = "512MB"
_HEAD_LINES = 20
_HEAD_BYTES = 1 << 16
# ALB cuts requests at 8 KB and a user agent with them; a longer line is not an access log's.
_LONGEST_LINE = 1 << 20
_GZIP = b"\x1f\x8b"
_SHOWN_CHARACTERS = 100

Watch = Callable[[str, int, Callable[[], float]], AbstractContextManager[None]]
"""Shows how reading goes: given the file, its position and a function for the percentage."""


@contextmanager
def read_access_logs(
    files: Sequence[str],
    *,
    log_format: str = "auto",
    fields: Mapping[str, str] | None = None,
    host: str | None = None,
    watch: Watch | None = None,
) -> Iterator[AccessLogs]:
    """Read logs, plain or gzip.

    :param files: paths; ``-`` is standard input.
    :param log_format: one of ``log_formats.FORMATS``, or ``auto``.
    :param host: of all requests, for formats that have none.
    :param watch: entered around the reading of each file.
    :raises ConfigurationError: for a file that can't be read, or without a single readable line.
    """
    with _opened() as (database, folder, logs):
        for number, name in enumerate(files):
            path = _linked(name, folder / f"{number}.log")
            if not path.stat().st_size:
                continue
            compressed = _starts_with(path, _GZIP)
            head = _head(path, name, compressed=compressed)
            shape = format_of(log_format, head, fields or {}, where=name)
            query = _query(shape, path, compressed=compressed)
            watched = (
                nullcontext() if watch is None else watch(name, number, database.query_progress)
            )
            with watched:
                _read(database, query, path, name)
                database.execute(_keys(shape, host))
                logs.take()
        logs.finish()
        if logs.span == (0, -1):
            malformed = logs.malformed
            got = f"{malformed.count:,} malformed" if malformed.count else "none"
            raise ConfigurationError(
                f"{', '.join(files)}: the logs must hold at least one request, got {got}; check "
                "--log-format"
            )
        yield logs


@contextmanager
def read_counts(file: str) -> Iterator[AccessLogs]:
    """Read what the query of ``--print-athena-sql`` returned, as CSV, plain or gzip.

    :raises ConfigurationError: for a file that is not its result.
    """
    with _opened() as (database, folder, logs):
        path = _linked(file, folder / "counts.csv")
        compression = "gzip" if _starts_with(path, _GZIP) else "none"
        try:
            database.execute(
                "CREATE TABLE raw AS SELECT second::BIGINT AS second, concat_ws(chr(31),"
                " coalesce(host, ''), coalesce(method, ''), path) AS key,"
                " requests::BIGINT AS requests, NULL::VARCHAR AS example FROM read_csv(?,"
                f" header = true, all_varchar = true, compression = '{compression}')",
                [str(path)],
            )
            database.execute(
                "CREATE TABLE key AS SELECT key, nullif(parts[1], '') AS host, parts[2] AS method,"
                " parts[3] AS path FROM (SELECT DISTINCT key, string_split(key, chr(31)) AS parts"
                " FROM raw)"
            )
            logs.take()
        except _duckdb().Error as error:
            raise ConfigurationError(
                f"{file}: counts must be CSV with the columns second, host, method, path and "
                f"requests, got '{_first_line(error, path, file)}'; export the result of "
                "--print-athena-sql"
            ) from None
        logs.finish()
        if logs.span == (0, -1):
            raise ConfigurationError(f"{file}: counts must hold at least one row, got none; rerun")
        yield logs


@contextmanager
def _opened() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, AccessLogs]]:
    with tempfile.TemporaryDirectory(prefix="ecs-xray-logs-") as name:
        folder = Path(name)
        database = _duckdb().connect(
            str(folder / "logs.duckdb"),
            config={
                "memory_limit": MEMORY_LIMIT,
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
            logs = AccessLogs(database, folder)
            logs.prepare()
            yield database, folder, logs
        finally:
            database.close()


def _read(database: duckdb.DuckDBPyConnection, query: str, path: Path, name: str) -> None:
    try:
        database.execute(query)
        database.execute(
            "INSERT INTO malformed SELECT count(DISTINCT line), NULL FROM reject_errors;"
            " DROP TABLE reject_errors; DROP TABLE reject_scans"
        )
    except _duckdb().Error as error:
        raise ConfigurationError(
            f"{name}: the log must be readable to its end, got "
            f"'{_first_line(error, path, name)}'; fetch it again"
        ) from None


def _query(shape: LogFormat, path: Path, *, compressed: bool) -> str:
    # One column per line: a character that no log has separates, nothing quotes.
    source = (
        f"read_csv({quoted(str(path))}, columns = {{'line': 'VARCHAR'}}, auto_detect = false,"
        " header = false, delim = chr(1), quote = '', escape = '', strict_mode = false,"
        f" store_rejects = true, rejects_limit = 0, max_line_size = {_LONGEST_LINE},"
        f" compression = '{'gzip' if compressed else 'none'}')"
    ).replace("chr(1)", "'\x01'")
    lines = f"SELECT line, {shape.found} AS found FROM {source}"
    lines += " WHERE line <> ''"
    if shape.name == "cloudfront":
        lines += " AND NOT starts_with(line, '#')"
    unread = "second IS NULL OR key IS NULL"
    return (
        "CREATE TABLE raw AS SELECT second, key, 1 AS requests,"
        f" CASE WHEN {unread} THEN left(line, {_SHOWN_CHARACTERS}) END AS example"
        f" FROM (SELECT line, floor({shape.time})::BIGINT AS second, {shape.key} AS key"
        f" FROM ({lines}))"
    )


def _keys(shape: LogFormat, host: str | None) -> str:
    default_host = "NULL" if host is None else quoted(host)
    return (
        f"CREATE TABLE key AS SELECT key, coalesce({shape.host}, {default_host}) AS host,"
        f" {shape.method} AS method, coalesce(nullif({shape.path}, ''), '/') AS path"
        f" FROM (SELECT key, {shape.parsed} AS parsed FROM (SELECT DISTINCT key FROM raw))"
    )


def _linked(name: str, link: Path) -> Path:
    """Give a file a name without the characters that DuckDB reads as wildcards."""
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
            f"{name}: the file must be readable, got '{error.strerror}'; check the path"
        ) from None
    return link


def _head(path: Path, name: str, *, compressed: bool) -> Sequence[str]:
    try:
        with gzip.open(path) if compressed else path.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode(errors="replace")
    except (OSError, EOFError) as error:
        raise ConfigurationError(
            f"{name}: the log must be readable, got '{error}'; fetch it again"
        ) from None
    return [line for line in text.splitlines() if line.strip()][:_HEAD_LINES]


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _first_line(error: Exception, path: Path, name: str) -> str:
    return str(error).splitlines()[0].replace(str(path), name)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise ConfigurationError(
            "ecs-xray rules simulate: reading logs needs the extra 'simulate', got no module "
            "'duckdb'; run pip install 'cdk-ecs-xray[simulate]'"
        ) from None
    return duckdb
