"""Time in the requests that DuckDB holds: what is covered, and how busy it was before."""
# ruff: noqa: S608 - the queries are this package's own texts and numbers

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdk_ecs_xray.sampling.traffic.coverage import (
    Coverage,
    Rhythm,
    Stretch,
    covered,
    most_holes,
    without_outliers,
)

if TYPE_CHECKING:
    import duckdb

# A quota lives for five minutes: the answer of GetSamplingTargets in the AWS CLI's reference.
_QUOTA_MINUTES = 5
_STEPS = (
    "FROM (SELECT second, second - lag(second) OVER (ORDER BY second) AS step"
    " FROM (SELECT DISTINCT second FROM request)) WHERE step IS NOT NULL"
)


def settled(database: duckdb.DuckDBPyConnection) -> Coverage:
    """Return what is covered, and delete the requests of outliers."""
    coverage = covered(_rhythm(database))
    if not coverage.holes:
        return coverage
    coverage = without_outliers(
        coverage, [_requests(database, stretch) for stretch in coverage.stretches]
    )
    for outlier in coverage.outliers:
        database.execute(f"DELETE FROM request WHERE {_within(outlier)}")
    return coverage


def chances_of_quota(
    database: duckdb.DuckDBPyConnection, coverage: Coverage, *, processes: int, scale: float
) -> Mapping[int, Mapping[int, float]]:
    """Return what :meth:`AccessLogs.fresh` does, of what was counted by rule.

    Looks back by whole minutes, of which there are far fewer than seconds.
    """
    starts = " ".join(
        f"WHEN minute <= {stretch.last // 60} THEN {stretch.first // 60}"
        for stretch in coverage.stretches
    )
    usual = 60 * _QUOTA_MINUTES / coverage.seconds
    rows = database.execute(
        "WITH minutes AS (SELECT rule, second // 60 AS minute, sum(n) AS n FROM counted"
        " GROUP BY ALL), chances AS (SELECT rule, minute,"
        f" 1 - pow(1 - 1.0 / {processes}, {scale!r} * CASE WHEN minute - CASE {starts} END"
        f" < {_QUOTA_MINUTES} THEN greatest(recent, total * {usual!r}) ELSE recent END) AS chance"
        " FROM (SELECT *, sum(n) OVER (PARTITION BY rule) AS total,"
        " coalesce(sum(n) OVER (PARTITION BY rule ORDER BY minute"
        f" RANGE BETWEEN {_QUOTA_MINUTES} PRECEDING AND 1 PRECEDING), 0) AS recent FROM minutes))"
        " SELECT counted.rule, n, avg(chance) FROM counted"
        " JOIN chances ON counted.rule = chances.rule AND minute = second // 60 GROUP BY ALL"
    ).fetchall()
    chances: dict[int, dict[int, float]] = {}
    for rule, requests, chance in rows:
        chances.setdefault(rule, {})[requests] = chance
    return chances


def _rhythm(database: duckdb.DuckDBPyConnection) -> Rhythm:
    first, last = _row(database, "SELECT min(second), max(second) FROM request")
    pauses, all_steps = _row(database, f"SELECT count(*), coalesce(sum(step), 0) {_STEPS}")
    longest = database.execute(
        f"SELECT second - step, step {_STEPS} ORDER BY step DESC, second"
        f" LIMIT {most_holes(pauses) + 1}"
    ).fetchall()
    others = pauses - len(longest)
    rest = int(all_steps) - sum(step for _, step in longest)
    return Rhythm(
        span=Stretch(first=first, last=last),
        pauses=pauses,
        longest=longest,
        mean=rest / others if others else 0.0,
    )


def _requests(database: duckdb.DuckDBPyConnection, stretch: Stretch) -> int:
    (requests,) = _row(
        database, f"SELECT sum(requests)::BIGINT FROM request WHERE {_within(stretch)}"
    )
    return requests


def _within(stretch: Stretch) -> str:
    return f"second BETWEEN {stretch.first} AND {stretch.last}"


def _row(database: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row: tuple[int, ...] | None = database.execute(query).fetchone()
    return row or ()
