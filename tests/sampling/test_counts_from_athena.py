"""The query for Athena: in Athena's grammar, and counting what the logs themselves say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from cdk_ecs_xray import ConfigurationError
from cdk_ecs_xray.sampling.traffic.access_logs import AccessLogs
from cdk_ecs_xray.sampling.traffic.athena import athena_query
from cdk_ecs_xray.sampling.traffic.log_reader import read_access_logs, read_counts

Row = Mapping[str, str]

# The columns of the user guide's tables that the queries read.
TABLES = {
    "alb": "alb_access_logs (time VARCHAR, request_verb VARCHAR, request_url VARCHAR)",
    "cloudfront": (
        'cloudfront_standard_logs ("date" DATE, "time" VARCHAR, cs_method VARCHAR,'
        " cs_host VARCHAR, cs_uri_stem VARCHAR, x_host_header VARCHAR)"
    ),
}
CLOUDFRONT = (
    "#Version: 1.0",
    "#Fields: date time cs-method cs(Host) cs-uri-stem x-host-header",
    *(
        f"2026-11-20\t10:00:0{n % 4}\tGET\td1.cloudfront.net\t/{n % 3}\t{host}"
        for n, host in enumerate(("www.example.com", "-", "www.example.com") * 20)
    ),
)


def alb(second: int, method: str, url: str) -> str:
    return (
        f"https 2026-11-20T10:00:0{second}.123456Z app/fq/50dc 192.0.2.1:2817 10.0.0.1:80 0.0 0.0"
        f' 0.0 200 200 34 366 "{method} {url} HTTP/2.0" "agent" - TLSv1.2 arn'
    )


ALB = (
    *(alb(n % 4, "GET", f"https://api.example.com:443/{n % 3}?q={n}") for n in range(48)),
    *(alb(2, "POST", f"http://api.example.com:8080?q={n}") for n in range(12)),
    alb(1, "-", "http://api.example.com:80-"),
)


def rows_of(log_format: str, lines: Sequence[str]) -> list[Row]:
    """Split lines into the columns of the table, as the table's own SerDe does."""
    if log_format == "cloudfront":
        names = ("date", "time", "cs_method", "cs_host", "cs_uri_stem", "x_host_header")
        return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[2:]]
    rows: list[Row] = []
    for line in lines:
        verb, url, _ = line.split('"')[1].split(" ")
        rows.append({"time": line.split(" ")[1], "request_verb": verb, "request_url": url})
    return rows


def counted_by_sql(log_format: str, rows: Sequence[Row]) -> list[tuple[object, ...]]:
    database = duckdb.connect()
    database.execute(f"SET TimeZone = 'UTC'; CREATE TABLE {TABLES[log_format]}")
    table = TABLES[log_format].split(" ")[0]
    for row in rows:
        marks = ", ".join("?" for _ in row)
        database.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))  # noqa: S608
    (query,) = sqlglot.transpile(athena_query(log_format), read="athena", write="duckdb")
    return database.execute(query).fetchall()


@pytest.mark.parametrize("log_format", TABLES)
def test_the_query_is_in_athenas_grammar_with_functions_it_has(log_format: str) -> None:
    (query,) = sqlglot.parse(
        athena_query(log_format), read="athena", error_level=sqlglot.ErrorLevel.RAISE
    )

    assert isinstance(query, exp.Select)
    assert list(query.find_all(exp.Anonymous)) == []
    assert query.named_selects == ["second", "host", "method", "path", "requests"]
    (table,) = query.find_all(exp.Table)
    assert TABLES[log_format].startswith(f"{table.name} (")


@pytest.mark.parametrize(("log_format", "lines"), [("alb", ALB), ("cloudfront", CLOUDFRONT)])
def test_its_counts_are_the_logs_own(tmp_path: Path, log_format: str, lines: Sequence[str]) -> None:
    log = tmp_path / "access.log"
    log.write_text("\n".join(lines) + "\n")
    rows = counted_by_sql(log_format, rows_of(log_format, lines))
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "second,host,method,path,requests\n"
        + "".join(",".join(f'"{value}"' for value in row) + "\n" for row in rows)
    )

    with read_access_logs([str(log)]) as direct, read_counts(str(counts)) as counted:
        found = [decided(logs) for logs in (direct, counted)]

    assert found[0] == found[1]
    assert found[0][0] == (1795168800, 1795168803)
    assert sum(requests for _, requests in found[0][1]) == 60
    assert len(rows) < 60


def decided(logs: AccessLogs) -> tuple[object, list[tuple[object, int]], object]:
    logs.decide(lambda route: len(route.path) + len(route.host or ""))
    busiest = [window for rule in sorted(logs.per_second()) for window in logs.busiest(rule, 60)]
    return logs.span, list(busiest), logs.per_second()


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "second,host,method,path,requests\nx,a,GET,/,1\n"])
def test_counts_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(text)

    with pytest.raises(ConfigurationError, match="counts must be CSV"), read_counts(str(counts)):
        pass
