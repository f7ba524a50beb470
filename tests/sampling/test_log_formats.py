"""Every format of access logs, by a sample of it; and what is refused, with what was seen."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cdk_ecs_xray import ConfigurationError
from cdk_ecs_xray.cli.rules_simulate import LOG_FORMATS
from cdk_ecs_xray.sampling.traffic.formats.detection import FORMATS
from cdk_ecs_xray.sampling.traffic.log_reader import read_access_logs
from tests.sampling.json_log_samples import SAMPLES
from tests.sampling.log_samples import SHOP, START, Sample

Routes = dict[tuple[str, str | None, str], int]


def read(*paths: Path | str, **options: Any) -> tuple[Routes, tuple[int, int], int, int]:
    with read_access_logs([str(path) for path in paths], **options) as logs:
        logs.decide(lambda _route: 0)
        routes = {(r.method, r.host, r.path): n for r, n in logs.busiest(0, 1_000)}
        return routes, logs.span, sum(logs.left_out.values()), logs.malformed.count


def written(path: Path, lines: Sequence[str]) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def expected(sample: Sample) -> Any:
    routes = {("GET", sample.host, "/cart/7"): 1, ("POST", sample.host, "/checkout"): 1}
    return routes, (START, START + 2), sample.left_out, sample.malformed


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_each_format(tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]

    assert read(written(tmp_path / "a.log", sample.lines)) == expected(sample)


def test_cloudfronts_parquet(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in SAMPLES["cloudfront, v2 as JSON"].lines]
    columns = [re.sub(r"\W+", "_", name).strip("_") for name in rows[0]]
    values = ", ".join(str(tuple(row.values())) for row in rows)
    path = tmp_path / "a.parquet"
    names = ", ".join(f'"{column}"' for column in columns)
    duckdb.sql(
        f"COPY (SELECT * FROM (VALUES {values}) AS t({names})) TO '{path}' (FORMAT parquet)"  # noqa: S608 - values of this test
    )

    assert read(path) == expected(SAMPLES["cloudfront, v2 as JSON"])
    duckdb.sql(f"COPY (SELECT 'GET' AS method, 1717236000 AS ts) TO '{path}' (FORMAT parquet)")
    with pytest.raises(ConfigurationError, match="known field for path"):
        read(path)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "zst"])
def test_compressed_logs(tmp_path: Path, suffix: str) -> None:
    sample = SAMPLES["alb"]
    plain = written(tmp_path / "a.log", sample.lines)
    packed = tmp_path / f"a.{suffix}"
    if suffix == "zst":
        duckdb.sql(
            f"COPY (FROM read_csv('{plain}', columns = {{'line': 'VARCHAR'}}, delim = '\x01',"
            f" quote = '', auto_detect = false, header = false)) TO '{packed}'"
            " (FORMAT csv, COMPRESSION zstd, HEADER false, QUOTE '', DELIMITER '\x01')"
        )
    else:
        packed.write_bytes({"gz": gzip, "bz2": bz2}[suffix].compress(plain.read_bytes()))

    assert read(packed) == expected(sample)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.bz2"
    path.write_bytes(bz2.compress(b"x" * 10_000)[:-20])

    with pytest.raises(ConfigurationError, match=r"a\.bz2: the log must be readable to its end"):
        read(path)


def test_folders_and_patterns(tmp_path: Path) -> None:
    sample = SAMPLES["alb"]
    tree = tmp_path / "AWSLogs" / "2024"
    written(tree / "06" / "01" / "a.log", sample.lines)
    written(tree / "06" / "02" / "b.log", sample.lines)
    written(tree / "ELBAccessLogTestFile", ["Enable AccessLog for ELB"])

    whole = read(tmp_path / "AWSLogs")

    assert whole[0] == dict.fromkeys(expected(sample)[0], 2)
    assert read(str(tmp_path / "**" / "a.log")) == expected(sample)
    for nothing in (tree / "06" / "*.gz", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(ConfigurationError, match="log files not found"):
            read(nothing)


@pytest.mark.parametrize("size", [1, 1_000, 1_000_000, 1_000_000_000])
def test_epochs_of_every_unit(tmp_path: Path, size: int) -> None:
    lines = [f'{{"time": {START * size + n}, "method": "GET", "path": "/a"}}' for n in range(2)]
    log = written(tmp_path / "a.log", lines)

    assert read(log)[1] == (START, START + (size == 1))


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        (
            ['{"time": "2024-06-01T10:00:00Z", "method": "GET", "route_of_it": "/a"}'],
            {},
            "known field for path (got the fields time, method, route_of_it). Name it: "
            "--fields path=route_of_it.",
        ),
        (
            ['{"when": "2024-06-01T10:00:00Z", "op": "GET", "path": "/a"}'],
            {},
            "known field for time and method (got the fields when, op, path). Name it: "
            "--fields time=when --fields method=op.",
        ),
        (['{"level": "info"}'], {}, "--fields time=NAME --fields method=NAME --fields path=NAME"),
        (SAMPLES["alb"].lines, {"fields": {"path": "a"}}, "--fields must come with JSON lines"),
        (
            ["tls 2.0 2018-12-20T02:59:40 net/my-nlb/c6e 72.21.218.154:51341 172.100.100.185:443"],
            {},
            "got connections, as a Network Load Balancer logs them",
        ),
        (
            ["1717236000.512\tGET\tshop.example.com\t/cart/7"],
            {},
            "which fields its columns hold (got '1717236000.512 GET shop.example.com /cart/7', as "
            "CloudFront logs a choice of fields in real time)",
        ),
        (
            [
                *SAMPLES["cloudfront, standard"].lines,
                "#Fields: time date cs-method cs-uri-stem x-edge-location",
            ],
            {},
            "must declare the same fields all through (got 1 with other fields)",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_seen(
    tmp_path: Path, lines: list[str], options: dict[str, Any], message: str
) -> None:
    log = written(tmp_path / "a.log", lines)

    with pytest.raises(ConfigurationError, match=re.escape(message)):
        read(log, **options)


def test_a_header_that_is_repeated_changes_nothing(tmp_path: Path) -> None:
    sample = SAMPLES["cloudfront, standard"]
    log = written(tmp_path / "a.log", [*sample.lines, *sample.lines])

    assert read(log)[0] == dict.fromkeys(expected(sample)[0], 2)


def test_a_method_that_is_none_and_one_that_is_a_whole_line(tmp_path: Path) -> None:
    stamp = '"time": "2024-06-01T10:00:00Z"'
    log = written(
        tmp_path / "a.log",
        [
            f'{{{stamp}, "method": "GET /a?b HTTP/1.1", "host": "{SHOP}"}}',
            f'{{{stamp}, "method": "-", "host": "{SHOP}"}}',
            f'{{{stamp}, "method": "GET", "host": "{SHOP}"}}',
        ],
    )

    routes, _, _, malformed = read(log)

    assert routes == {("GET", SHOP, "/a"): 1}
    assert malformed == 2


def test_a_json_line_without_a_path_is_not_the_root(tmp_path: Path) -> None:
    stamp = '"time": "2024-06-01T10:00:00Z", "method": "GET"'
    log = written(
        tmp_path / "a.log",
        [f'{{{stamp}, "url": "https://{SHOP}"}}', f"{{{stamp}}}", f'{{{stamp}, "url": "-"}}'],
    )

    routes, _, _, malformed = read(log)

    assert routes == {("GET", SHOP, "/"): 1}
    assert malformed == 2


def test_the_command_names_every_format() -> None:
    assert LOG_FORMATS == FORMATS


@pytest.mark.parametrize("sign", ["\x1e", "\x1f"])
@pytest.mark.parametrize("field", ["host", "method"])
def test_no_host_passes_for_another_request(tmp_path: Path, field: str, sign: str) -> None:
    """The signs that part host, method and path where the reader keeps them as one text."""
    right = {"time": "2026-11-20T10:00:00Z", "host": "a.example", "method": "GET", "path": "/a"}
    wrong = right | {field: f"{sign}b.example{sign}DELETE{sign}"}
    log = written(tmp_path / "a.log", [json.dumps(right), json.dumps(wrong)])

    routes, _, _, malformed = read(log, log_format="json")

    assert routes == {("GET", "a.example", "/a"): 1}
    assert malformed == 1
