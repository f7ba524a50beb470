"""Requests in DuckDB: read once, then counted for as many sets of rules as wanted."""
# ruff: noqa: S608 - the queries are this package's own texts

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

_BATCH = 50_000
_SHOWN = 3


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
    """Requests by second and route. :mod:`log_reader` reads them."""

    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def prepare(self) -> None:
        """Create the tables that a reader fills."""
        self._database.execute(
            "CREATE SEQUENCE names;"
            "CREATE TABLE name (name INTEGER DEFAULT nextval('names'), host VARCHAR,"
            " method VARCHAR, path VARCHAR);"
            "CREATE TABLE request (second BIGINT, name INTEGER, requests BIGINT);"
            "CREATE TABLE malformed (lines BIGINT, example VARCHAR)"
        )

    def take(self) -> None:
        """Take over what a reader put into the table ``key``, and the rows of ``raw`` with it.

        Lines are told apart by a text that is cheap to find, their key; host, method and path are
        found once for each key, and numbers stand for them from then on.
        """
        same = " AND ".join(
            f"name.{part} IS NOT DISTINCT FROM key.{part}" for part in ("host", "method", "path")
        )
        self._database.execute(
            "INSERT INTO name (host, method, path) SELECT DISTINCT host, method, path FROM key"
            f" WHERE method IS NOT NULL AND NOT EXISTS (SELECT 1 FROM name WHERE {same});"
            "CREATE TABLE known AS SELECT key.key, name.name FROM key JOIN name"
            f" ON key.method IS NOT NULL AND {same};"
            "INSERT INTO request SELECT second, known.name, requests FROM raw"
            " JOIN known USING (key) WHERE second IS NOT NULL;"
            "INSERT INTO malformed SELECT count(*), coalesce(example, key) FROM raw"
            " WHERE second IS NULL OR key IS NULL OR key IN"
            " (SELECT key FROM key WHERE key NOT IN (SELECT key FROM known))"
            " GROUP BY coalesce(example, key);"
            "DROP TABLE raw; DROP TABLE key; DROP TABLE known"
        )

    def finish(self) -> None:
        """Number the routes once everything is read."""
        self._database.execute(
            "CREATE TABLE route AS SELECT row_number() OVER (ORDER BY n DESC, method, host, path)"
            " - 1 AS id, * FROM (SELECT name, host, method, path, sum(requests)::BIGINT AS n"
            " FROM request JOIN name USING (name) GROUP BY ALL)"
        )

    @property
    def malformed(self) -> Malformed:
        """Lines that could not be read, none of which is counted as a request."""
        (lines,) = self._row("SELECT coalesce(sum(lines), 0)::BIGINT FROM malformed")
        examples = self._database.execute(
            "SELECT DISTINCT example FROM malformed WHERE example IS NOT NULL"
            f" ORDER BY ALL LIMIT {_SHOWN}"
        ).fetchall()
        return Malformed(count=lines, examples=[row[0] for row in examples])

    @property
    def without_host(self) -> int:
        """Requests whose host is unknown, which matches the host of every rule."""
        (requests,) = self._row("SELECT coalesce(sum(n), 0)::BIGINT FROM route WHERE host IS NULL")
        return int(requests)

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
            " FROM request JOIN route USING (name) JOIN read_csv(?, header = false,"
            " auto_detect = false, columns = {'id': 'BIGINT', 'rule': 'INTEGER'}) AS assigned"
            " USING (id) GROUP BY ALL",
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
