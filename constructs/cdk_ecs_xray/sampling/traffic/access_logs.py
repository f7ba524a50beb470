"""Requests in DuckDB: read once, then counted for as many sets of rules as wanted."""
# ruff: noqa: S608 - the queries are this package's own texts

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.sampling.traffic.coverage import Coverage
from cdk_ecs_xray.sampling.traffic.formats.model import LEFT_OUT, OTHER_HEADER, Key, quoted
from cdk_ecs_xray.sampling.traffic.log_time import chances_of_quota, settled

if TYPE_CHECKING:
    import duckdb

_BATCH = 50_000
_ROUTES_AT_ONCE = 500_000
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
    """A distinct request."""

    host: str | None
    method: str
    path: str


class AccessLogs:
    """Requests by second and route. :mod:`log_reader` reads them."""

    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._coverage: Coverage | None = None
        self._database.execute(
            "CREATE SEQUENCE routes;"
            "CREATE TABLE route (id INTEGER, host VARCHAR, method VARCHAR, path VARCHAR);"
            "CREATE TABLE request (second BIGINT, route INTEGER, requests BIGINT);"
            "CREATE TABLE malformed (lines BIGINT, example VARCHAR);"
            "CREATE TABLE left_out (reason VARCHAR, requests BIGINT)"
        )

    def take(self, raw: str, key: Key, host: str | None = None) -> None:
        """Take over the lines of a table: second, key, requests, example.

        Lines are distinguished by a text that is cheap to find, their key; host, method and path
        are found once for each key, and numbers stand for them from then on. Several keys may be of
        the same route.

        :param raw: its name; the table is dropped.
        :param host: of requests without one.
        """
        default_host = "NULL" if host is None else quoted(host)
        marked = f"starts_with(key, {quoted(LEFT_OUT)})"
        self._refuse_other_headers(raw)
        self._database.execute(
            f"CREATE TABLE key AS SELECT nextval('routes')::INTEGER AS id, key,"
            f" coalesce({key.host}, {default_host}) AS host, {key.method} AS method,"
            f" coalesce(nullif({key.path}, ''), '/') AS path"
            f" FROM (SELECT key, {key.parsed} AS parsed FROM (SELECT DISTINCT key FROM {raw}"
            f" WHERE key IS NULL OR NOT {marked}));"
            f"INSERT INTO request SELECT second, id, requests FROM {raw} JOIN key USING (key)"
            " WHERE second IS NOT NULL AND method IS NOT NULL;"
            "INSERT INTO malformed SELECT count(*), coalesce(example, replace(key, chr(31), ' '))"
            f" FROM {raw} WHERE (second IS NULL AND (key IS NULL OR NOT {marked})) OR key IS NULL"
            " OR key IN (SELECT key FROM key WHERE key IS NOT NULL AND method IS NULL)"
            " GROUP BY coalesce(example, replace(key, chr(31), ' '));"
            f"INSERT INTO left_out SELECT key[2:], sum(requests) FROM {raw} WHERE {marked}"
            " GROUP BY ALL;"
            "INSERT INTO route SELECT id, host, method, path FROM key WHERE method IS NOT NULL;"
            f"DROP TABLE {raw}; DROP TABLE key"
        )

    def _refuse_other_headers(self, raw: str) -> None:
        (others,) = self._row(f"SELECT count(*) FROM {raw} WHERE key = {quoted(OTHER_HEADER)}")
        if others:
            raise ConfigurationError(
                Problem(
                    where="line '#Fields:'",
                    what="a log must declare the same fields all through",
                    got=f"{others:,} with other fields",
                    fix="Split the log there, and pass the parts.",
                )
            )

    @property
    def left_out(self) -> Mapping[str, int]:
        """Requests that never reached the service, by why; they are not among the others."""
        rows = self._database.execute(
            "SELECT reason, sum(requests)::BIGINT FROM left_out GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return dict(rows)

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
    def requests(self) -> int:
        """All that are counted."""
        (requests,) = self._row("SELECT coalesce(sum(requests), 0)::BIGINT FROM request")
        return int(requests)

    @property
    def without_host(self) -> int:
        """Requests whose host is unknown, which matches the host of every rule."""
        (requests,) = self._row(
            "SELECT coalesce(sum(requests), 0)::BIGINT FROM request"
            " WHERE route IN (SELECT id FROM route WHERE host IS NULL)"
        )
        return int(requests)

    @property
    def with_queries(self) -> int:
        """Requests whose path has a query behind it, where these were kept."""
        (requests,) = self._row(
            "SELECT coalesce(sum(requests), 0)::BIGINT FROM request"
            " WHERE route IN (SELECT id FROM route WHERE contains(path, '?'))"
        )
        return int(requests)

    @property
    def span(self) -> tuple[int, int]:
        """The first and last second with a request, since 1970; ``(0, -1)`` without any."""
        first, last = self._row("SELECT min(second), max(second) FROM request")
        return (0, -1) if first is None else (first, last)

    @property
    def coverage(self) -> Coverage:
        """The time that is covered; outliers are no longer among the requests."""
        if self._coverage is None:
            self._coverage = settled(self._database)
        return self._coverage

    def decide(self, rule_of: Callable[[Route], int]) -> None:
        """Ask for each route which rule decides about it; what follows counts by its answers.

        :param rule_of: returns the position of a rule.
        """
        self._database.execute(
            "CREATE OR REPLACE TABLE decided (route INTEGER, rule INTEGER);"
            "CREATE OR REPLACE TABLE counted (rule INTEGER, second BIGINT, n BIGINT)"
        )
        for part in self._parts():
            path = self._folder / "decided.csv"
            routes = self._database.execute(
                f"SELECT id, host, method, path FROM route WHERE id {part}"
            )
            with path.open("w", encoding="ascii") as file:
                while rows := routes.fetchmany(_BATCH):
                    file.writelines(
                        f"{number},{rule_of(Route(host=host, method=method, path=text))}\n"
                        for number, host, method, text in rows
                    )
            self._database.execute(
                "INSERT INTO decided SELECT * FROM read_csv(?, header = false,"
                " auto_detect = false, columns = {'route': 'INTEGER', 'rule': 'INTEGER'})",
                [str(path)],
            )
            self._database.execute(
                "INSERT INTO counted SELECT rule, second, sum(requests) FROM request"
                f" JOIN decided USING (route) WHERE route {part} GROUP BY ALL"
            )
        self._database.execute(
            "CREATE OR REPLACE TABLE counted AS"
            " SELECT rule, second, sum(n)::BIGINT AS n FROM counted GROUP BY ALL"
        )

    def busiest(self, rule: int | None, most: int) -> Sequence[tuple[Route, int]]:
        """Return the routes that had the most requests, with their number.

        :param rule: that decides about them; None is any.
        """
        self._database.execute(
            "CREATE OR REPLACE TABLE busy (host VARCHAR, method VARCHAR, path VARCHAR, n BIGINT)"
        )
        for part in self._parts():
            self._database.execute(
                "INSERT INTO busy SELECT host, method, path, n FROM route JOIN"
                " (SELECT route, sum(requests) AS n FROM request JOIN decided USING (route)"
                f" WHERE coalesce(rule = ?, true) AND route {part} GROUP BY route) ON route = id",
                [rule],
            )
        found = self._database.execute(
            "SELECT host, method, path, sum(n)::BIGINT AS n FROM busy"
            f" GROUP BY ALL ORDER BY n DESC, method, host, path LIMIT {most}"
        ).fetchall()
        return [
            (Route(host=host, method=method, path=path), requests)
            for host, method, path, requests in found
        ]

    def _parts(self) -> Iterator[str]:
        """Yield conditions for so many routes at a time that joining them takes little memory."""
        (last,) = self._row("SELECT coalesce(max(id), 0) FROM route")
        for first in range(0, last + 1, _ROUTES_AT_ONCE):
            yield f"BETWEEN {first} AND {first + _ROUTES_AT_ONCE - 1}"

    def per_second(self) -> Mapping[int, Mapping[int, int]]:
        """Return, by rule, in how many seconds how many requests came."""
        return _nested(
            self._database.execute("SELECT rule, n, count(*) FROM counted GROUP BY ALL").fetchall()
        )

    def fresh(self, processes: int, scale: float = 1) -> Mapping[int, Mapping[int, float]]:
        """Return, by rule and requests in a second, how likely a process had a quota then.

        It has one if it reported a request in the five minutes before its last report.
        Where a stretch begins, those are taken to have been as busy as the whole log.

        :param scale: multiplies all requests.
        """
        return chances_of_quota(self._database, self.coverage, processes=processes, scale=scale)

    def per_minute(self) -> Iterator[tuple[int, int, int, int]]:
        """Return rule, minute since 1970, requests in a second, and seconds with that many."""
        yield from self._database.execute(
            "SELECT rule, second // 60, n, count(*) FROM counted GROUP BY ALL ORDER BY ALL"
        ).fetchall()

    def _row(self, query: str) -> Any:
        return self._database.execute(query).fetchone()


def _nested(rows: Iterable[tuple[int, int, int]]) -> Mapping[int, Mapping[int, int]]:
    nested: dict[int, dict[int, int]] = {}
    for rule, requests, seconds in rows:
        nested.setdefault(rule, {})[requests] = seconds
    return nested
