"""Access logs of every format, with lines that are not of it."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray import ConfigurationError
from cdk_ecs_xray.sampling.traffic import access_logs, log_reader
from cdk_ecs_xray.sampling.traffic.access_logs import Route
from cdk_ecs_xray.sampling.traffic.log_reader import read_access_logs

Seen = dict[tuple[str, str | None, str], int]

ALB = (
    "https 2026-11-20T10:00:0{second}.123456Z app/fq/50dc 192.0.2.1:2817 10.0.0.1:80 0.0 0.0 0.0"
    ' 200 200 34 366 "{method} https://api.example.com:443{path} HTTP/2.0" "M \\"5\\" (X11)" -'
    ' TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/b "Root=1-5833" "api" "arn" 0'
    ' 2026-11-20T10:00:00.0Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1'
)
COMBINED = (
    '192.0.2.1 - frank smith [20/Nov/2026:12:00:0{second} +0200] "{method} {path} HTTP/1.1" 200'
    ' 2326 "http://example.com/start" "Mozilla/5.0"'
)


def seen(files: Sequence[Path | str], **options: object) -> tuple[Seen, int, tuple[int, int]]:
    with read_access_logs([str(file) for file in files], **options) as logs:  # type: ignore[arg-type]
        logs.decide(lambda _route: 0)
        routes = {(r.method, r.host, r.path): n for r, n in logs.busiest(0, 1_000)}
        return routes, logs.malformed.count, logs.span


def written(path: Path, *lines: str, end: str = "\n") -> Path:
    path.write_text(end.join(lines) + end)
    return path


def test_load_balancer_logs(tmp_path: Path) -> None:
    log = written(
        tmp_path / "alb.log",
        ALB.format(second=0, method="GET", path="/a?x=1"),
        ALB.format(second=5, method="GET", path="/a"),
        ALB.format(second=9, method="POST", path="/"),
        ALB.format(second=9, method="POST", path="?q"),
        ALB.format(second=9, method="-", path="").replace("https://api.example.com:443", "-"),
    )

    routes, malformed, span = seen([log])

    host = "api.example.com"
    assert routes == {("GET", host, "/a"): 2, ("POST", host, "/"): 2}
    assert malformed == 1
    assert span == (1795168800, 1795168809)


def test_a_host_keeps_a_port_that_is_not_the_schemes_own(tmp_path: Path) -> None:
    line = ALB.format(second=0, method="GET", path="/").replace(":443/", ":8443/")

    routes, _, _ = seen([written(tmp_path / "alb.log", line)])

    assert list(routes) == [("GET", "api.example.com:8443", "/")]


def test_cloudfront_logs_are_read_by_their_declared_fields(tmp_path: Path) -> None:
    log = written(
        tmp_path / "cf.log",
        "#Version: 1.0",
        "#Fields: date time c-ip cs-method cs(Host) cs-uri-stem sc-status x-host-header",
        "2026-11-20\t10:00:00\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t200\twww.example.com",
        "2026-11-20\t10:00:01\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t200\twww.example.com",
        "cut off",
    )

    assert seen([log]) == ({("GET", "www.example.com", "/a"): 2}, 1, (1795168800, 1795168801))


def test_a_cloudfront_log_without_its_header_is_refused(tmp_path: Path) -> None:
    log = written(tmp_path / "cf.log", "#Fields: date time cs-method", "2026-11-20\t10:00:00\tGET")

    with pytest.raises(ConfigurationError, match="must declare cs-uri-stem in"):
        seen([log])


def test_nginx_and_apache_logs(tmp_path: Path) -> None:
    log = written(
        tmp_path / "access.log",
        COMBINED.format(second=0, method="GET", path="/a?b"),
        "www.example.com:80 " + COMBINED.format(second=1, method="POST", path="/c"),
        '::1 - - [20/Nov/2026:10:00:02 +0000] "GET /d HTTP/2" 200 1 "-" "-"',
        '192.0.2.1 - - [20/Nov/2026:10:00:02 +0000] "\\x16\\x03" 400 0 "-" "-"',
        '192.0.2.1 - - [20/Nov/2026:10:00:02 +0000] "-" 408 0 "-" "-"',
    )

    routes, malformed, span = seen([log], host="example.com")

    assert routes == {
        ("GET", "example.com", "/a"): 1,
        ("POST", "www.example.com", "/c"): 1,
        ("GET", "example.com", "/d"): 1,
    }
    assert malformed == 2
    assert span == (1795168800, 1795168802)


def test_json_lines_with_usual_and_with_named_fields(tmp_path: Path) -> None:
    usual = [
        {"time": "2026-11-20T10:00:00Z", "host": "a", "method": "get", "path": "/x?y"},
        {"timestamp": 1795168801, "http_host": "a:443", "request_method": "GET", "uri": "/x"},
        {"ts": 1795168802000, "verb": "GET", "url": "https://a/x#y"},
        {"@timestamp": "2026-11-20T12:00:03+02:00", "method": "GET", "request_uri": "/x"},
        {"path": "/no-time", "method": "GET"},
    ]
    log = written(tmp_path / "usual.json", *map(json.dumps, usual), "{cut")

    routes, malformed, span = seen([log], host="a")
    assert routes == {("GET", "a", "/x"): 4}
    assert malformed == 2
    assert span == (1795168800, 1795168803)

    named = {"when": 1795168800, "request": {"verb!": "GET", "uri": "/n"}}
    log = written(tmp_path / "named.json", json.dumps(named))
    fields = {"time": "when", "method": "request.verb!", "path": "request.uri"}
    assert seen([log], fields=fields)[0] == {("GET", None, "/n"): 1}

    with pytest.raises(ConfigurationError, match="--fields"):
        seen([log], fields={"status": "x"})


def test_what_is_not_text_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    good = COMBINED.format(second=0, method="GET", path="/a").encode()
    log = tmp_path / "access.log"
    log.write_bytes(
        b"\n".join([good, b"\xff\xfe", b"n\x00ul", b"", good, b"z" * 3_000_000, good + b"\r", good])
    )

    routes, malformed, _ = seen([log])

    assert routes == {("GET", None, "/a"): 4}
    assert malformed == 3


def test_bytes_that_are_not_text_in_a_field_nobody_asks_for_lose_no_request(
    tmp_path: Path,
) -> None:
    for number, line in enumerate((ALB, COMBINED)):
        log = tmp_path / f"{number}.log"
        entry = line.format(second=0, method="GET", path="/a").encode()
        log.write_bytes(entry.replace(b"X11", b"\xff").replace(b"Mozilla", b"\xff") + b"\n")

        routes, malformed, _ = seen([log], host="api.example.com")

        assert (routes, malformed) == ({("GET", "api.example.com", "/a"): 1}, 0)


def test_a_quotation_mark_that_is_never_closed_takes_no_other_line_with_it(tmp_path: Path) -> None:
    good = ALB.format(second=0, method="GET", path="/a")
    log = written(tmp_path / "alb.log", good, good[: good.index(" HTTP/2.0")], '"', good)

    assert seen([log])[:2] == ({("GET", "api.example.com", "/a"): 3}, 1)


@pytest.mark.parametrize("name", ["part[1].gz", "100%?.log.gz", "it's *.gz"])
def test_gzip_in_several_members_under_any_name(tmp_path: Path, name: str) -> None:
    line = (COMBINED.format(second=0, method="GET", path="/a") + "\n").encode()
    log = tmp_path / name
    log.write_bytes(gzip.compress(line * 3, mtime=0) + gzip.compress(line * 2, mtime=0))

    assert seen([log, log])[0] == {("GET", None, "/a"): 10}


def test_more_files_than_are_read_at_once(tmp_path: Path) -> None:
    line = COMBINED.format(second=0, method="GET", path="/a")
    files = [written(tmp_path / f"{n}.log", line, "cut off") for n in range(130)]

    routes, malformed, _ = seen(files)

    assert routes == {("GET", None, "/a"): 130}
    assert malformed == 130


def test_the_one_broken_file_of_many_is_named(tmp_path: Path) -> None:
    lines = "\n".join(
        COMBINED.format(second=n % 9, method="GET", path=f"/{n}") for n in range(9_000)
    )
    whole = gzip.compress(lines.encode(), mtime=0)
    files = [tmp_path / f"{n}.gz" for n in range(5)]
    for file in files:
        file.write_bytes(whole)
    files[3].write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ConfigurationError) as raised:
        seen(files)

    assert [problem.where for problem in raised.value.problems] == [str(files[3])]


def test_logs_that_do_not_fit_say_so_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "MEMORY_LIMIT", "100KB")
    log = written(tmp_path / "a", *[COMBINED.format(second=0, method="GET", path="/a")] * 10)

    with pytest.raises(ConfigurationError, match=r"must fit into 100KB.*. Set TMPDIR"):
        seen([log])


def test_routes_are_decided_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_logs, "_ROUTES_AT_ONCE", 3)
    paths = [f"/{n % 10}" for n in range(10 * 11 // 2)]
    lines = (COMBINED.format(second=0, method="GET", path=path) for path in paths)
    # The same route under a text of its own, as another version of HTTP has it.
    other = COMBINED.format(second=1, method="GET", path="/7").replace("HTTP/1.1", "HTTP/2.0")
    log = written(tmp_path / "a", *lines, *[other] * 3)

    with read_access_logs([str(log)]) as logs:
        logs.decide(lambda route: int(route.path in ("/0", "/7")))

        assert logs.per_second() == {0: {44: 1}, 1: {11: 1, 3: 1}}
        assert [(r.path, n) for r, n in logs.busiest(1, 9)] == [("/7", 8), ("/0", 6)]
        assert [(r.path, n) for r, n in logs.busiest(0, 2)] == [("/1", 6), ("/2", 6)]


def test_standard_input_plain_and_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    line = (COMBINED.format(second=0, method="GET", path="/a") + "\n").encode()
    for content in (line, gzip.compress(line, mtime=0)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert seen(["-"])[0] == {("GET", None, "/a"): 1}


def test_files_of_several_formats_together(tmp_path: Path) -> None:
    alb = written(tmp_path / "a", ALB.format(second=0, method="GET", path="/a"))
    nginx = written(tmp_path / "b", COMBINED.format(second=0, method="GET", path="/a"))
    empty = tmp_path / "empty"
    empty.touch()

    routes, _, _ = seen([alb, nginx, empty], host="api.example.com")

    assert routes == {("GET", "api.example.com", "/a"): 2}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "at least one request is required. "),
        (b"neither this\nnor that\n", "must be of a known format (got 'neither this'"),
        (gzip.compress(b"x" * 100_000, mtime=0)[:60], "must be readable"),
        (gzip.compress(bytes(range(256)) * 9_000, mtime=0)[:9_000], "must be "),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    log = tmp_path / "access.log"
    log.write_bytes(content)

    with pytest.raises(ConfigurationError, match=re.escape(expected)) as raised:
        seen([log])

    assert str(raised.value.problems[0]).startswith(str(log))


def test_a_named_format_that_fits_no_line_is_refused(tmp_path: Path) -> None:
    log = written(tmp_path / "a", COMBINED.format(second=0, method="GET", path="/a"))

    with pytest.raises(ConfigurationError, match=r"got 1 malformed\). Check --log-format"):
        seen([log], log_format="alb")
    with pytest.raises(ConfigurationError, match=r"not found\. Check the path"):
        seen([tmp_path / "missing"])


def test_requests_are_counted_by_second_and_minute(tmp_path: Path) -> None:
    log = written(
        tmp_path / "a",
        *(COMBINED.format(second=s, method="GET", path=f"/{p}") for s in (0, 0, 3) for p in "ab"),
        COMBINED.format(second=3, method="GET", path="/a"),
    )

    with read_access_logs([str(log)]) as logs:
        logs.decide(lambda route: "/a/b".index(route.path) // 2)
        assert logs.busiest(0, 5) == [(Route(host=None, method="GET", path="/a"), 4)]
        assert logs.busiest(1, 5) == [(Route(host=None, method="GET", path="/b"), 3)]
        assert logs.per_second() == {0: {2: 2}, 1: {2: 1, 1: 1}}
        assert list(logs.per_minute()) == [
            (0, 29919480, 2, 2),
            (1, 29919480, 1, 1),
            (1, 29919480, 2, 1),
        ]
        logs.decide(lambda _route: 0)
        assert logs.per_second() == {0: {4: 1, 3: 1}}
        assert [route.path for route, _ in logs.busiest(0, 1)] == ["/a"]
