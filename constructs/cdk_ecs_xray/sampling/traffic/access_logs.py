"""Access logs in DuckDB: read once, then counted for as many sets of rules as wanted.

Everything is kept in a database file in a temporary folder, so memory stays within a limit that
does not depend on the length of the logs. DuckDB comes with the extra ``simulate``.
"""
# ruff: noqa: S608 - the queries are built from this package's own texts, values are quoted

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import ConfigurationError
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
_BATCH = 50_000
_SHOWN = 3
_SHOWN_CHARACTERS = 100

Watch = Callable[[str, int, Callable[[], float]], AbstractContextManager[None]]
"""Shows how reading goes: given the file, its position and a function for the percentage."""


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """Lines that are not of their file's format.

    :param count: how many.
    :param examples: the beginning of some.
    """

    count: int
    examples: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A distinct request and how often it came."""

    host: str | None
    method: str | None
    path: str | None
    requests: int


class AccessLogs:
    """Requests by second and route. Use :func:`read_access_logs` or :func:`read_counts`."""

    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def finish(self) -> None:
        """Number the routes once everything is read."""
        self._database.execute(
            "CREATE TABLE route AS SELECT row_number() OVER (ORDER BY n DESC, method, host, path)"
            " - 1 AS id, * FROM (SELECT host, method, path, sum(requests)::BIGINT AS n FROM request"
            " WHERE second IS NOT NULL GROUP BY ALL)"
        )

    @property
    def malformed(self) -> Malformed:
        """Lines that could not be read, none of which is counted as a request."""
        (unread,) = self._row("SELECT count(*) FROM request WHERE second IS NULL")
        (rejected,) = self._row("SELECT coalesce(sum(n), 0) FROM rejected")
        examples = self._database.execute(
            "SELECT DISTINCT malformed FROM request WHERE malformed IS NOT NULL"
            f" ORDER BY ALL LIMIT {_SHOWN}"
        ).fetchall()
        return Malformed(count=unread + int(rejected), examples=[row[0] for row in examples])

    @property
    def span(self) -> tuple[int, int]:
        """The first and last second with a request, since 1970."""
        first, last = self._row("SELECT min(second), max(second) FROM request")
        return (0, -1) if first is None else (first, last)

    def routes(self) -> Iterator[Route]:
        """Return every route in the order of its number, the most frequent first."""
        found = self._database.cursor().execute(
            "SELECT host, method, path, n FROM route ORDER BY id"
        )
        while rows := found.fetchmany(_BATCH):
            for host, method, path, requests in rows:
                yield Route(host=host, method=method, path=path, requests=requests)

    def assign(self, rules: Iterable[int]) -> None:
        """Say which rule decides about each route, in the order of :meth:`routes`."""
        path = self._folder / "assignment.csv"
        with path.open("w", encoding="ascii") as file:
            file.writelines(f"{number},{rule}\n" for number, rule in enumerate(rules))
        self._database.execute(
            "CREATE OR REPLACE TABLE decided AS SELECT rule, second, sum(requests)::BIGINT AS n"
            " FROM request JOIN route ON route.host IS NOT DISTINCT FROM request.host AND"
            " route.method IS NOT DISTINCT FROM request.method AND route.path = request.path"
            " JOIN read_csv(?, header = false, auto_detect = false,"
            " columns = {'id': 'BIGINT', 'rule': 'INTEGER'}) AS assigned USING (id)"
            " WHERE second IS NOT NULL GROUP BY ALL",
            [str(path)],
        )

    def per_second(self) -> Mapping[int, Mapping[int, int]]:
        """Return, by rule, in how many seconds how many requests came."""
        return _nested(
            self._database.execute("SELECT rule, n, count(*) FROM decided GROUP BY ALL").fetchall()
        )

    def per_minute(self) -> Iterator[tuple[int, int, int, int]]:
        """Return rule, minute since 1970, requests in a second, and seconds with that many."""
        yield from self._database.execute(
            "SELECT rule, second // 60, n, count(*) FROM decided GROUP BY ALL ORDER BY ALL"
        ).fetchall()

    def _row(self, query: str) -> Any:
        return self._database.execute(query).fetchone()


def _nested(rows: Iterable[tuple[int, int, int]]) -> Mapping[int, Mapping[int, int]]:
    nested: dict[int, dict[int, int]] = {}
    for rule, requests, seconds in rows:
        nested.setdefault(rule, {})[requests] = seconds
    return nested


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
    with _opened() as (database, folder):
        logs = AccessLogs(database, folder)
        for number, name in enumerate(files):
            path = _linked(name, folder / f"{number}.log")
            if not path.stat().st_size:
                continue
            compressed = _starts_with(path, _GZIP)
            head = _head(path, name, compressed=compressed)
            shape = format_of(log_format, head, fields or {}, where=name)
            query = _query(shape, path, compressed=compressed, host=host)
            watched = (
                nullcontext() if watch is None else watch(name, number, database.query_progress)
            )
            with watched:
                _read(database, query, path, name)
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
    with _opened() as (database, folder):
        path = _linked(file, folder / "counts.csv")
        compression = "gzip" if _starts_with(path, _GZIP) else "none"
        try:
            database.execute(
                "INSERT INTO request SELECT second::BIGINT, nullif(host, ''), nullif(method, ''),"
                " path, requests::BIGINT, NULL FROM read_csv(?, header = true, all_varchar = true,"
                f" compression = '{compression}')",
                [str(path)],
            )
        except _duckdb().Error as error:
            raise ConfigurationError(
                f"{file}: counts must be CSV with the columns second, host, method, path and "
                f"requests, got '{_first_line(error, path, file)}'; export the result of "
                "--print-athena-sql"
            ) from None
        logs = AccessLogs(database, folder)
        logs.finish()
        if logs.span == (0, -1):
            raise ConfigurationError(f"{file}: counts must hold at least one row, got none; rerun")
        yield logs


@contextmanager
def _opened() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
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
                "SET enable_progress_bar = true; SET enable_progress_bar_print = false"
            )
            database.execute(
                "CREATE TABLE request (second BIGINT, host VARCHAR, method VARCHAR, path VARCHAR,"
                " requests BIGINT, malformed VARCHAR); CREATE TABLE rejected (n BIGINT)"
            )
            yield database, folder
        finally:
            database.close()


def _read(database: duckdb.DuckDBPyConnection, query: str, path: Path, name: str) -> None:
    try:
        database.execute(query)
        database.execute(
            "INSERT INTO rejected SELECT count(DISTINCT line) FROM reject_errors;"
            " DROP TABLE reject_errors; DROP TABLE reject_scans"
        )
    except _duckdb().Error as error:
        raise ConfigurationError(
            f"{name}: the log must be readable to its end, got "
            f"'{_first_line(error, path, name)}'; fetch it again"
        ) from None


def _query(shape: LogFormat, path: Path, *, compressed: bool, host: str | None) -> str:
    # One column per line: a character that no log has separates, nothing quotes.
    source = (
        f"read_csv({quoted(str(path))}, columns = {{'line': 'VARCHAR'}}, auto_detect = false,"
        " header = false, delim = chr(1), quote = '', escape = '', strict_mode = false,"
        f" store_rejects = true, rejects_limit = 0, max_line_size = {_LONGEST_LINE},"
        f" compression = '{'gzip' if compressed else 'none'}')"
    ).replace("chr(1)", "'\x01'")
    lines = f"SELECT line, {shape.found} AS found FROM {source}"
    lines += " WHERE line IS NOT NULL AND trim(line) <> ''"
    if shape.name == "cloudfront":
        lines += " AND NOT starts_with(line, '#')"
    default_host = "NULL" if host is None else quoted(host)
    parsed = (
        f"SELECT line, floor({shape.time})::BIGINT AS second, coalesce({shape.host},"
        f" {default_host}) AS host, {shape.method} AS method, nullif({shape.path}, '') AS path"
        f" FROM ({lines})"
    )
    good = "second IS NOT NULL AND method IS NOT NULL"
    return (
        f"INSERT INTO request SELECT CASE WHEN {good} THEN second END, host, method,"
        f" coalesce(path, '/'), 1, CASE WHEN NOT ({good}) THEN left(line, {_SHOWN_CHARACTERS}) END"
        f" FROM ({parsed})"
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
