"""What time logs cover: holes, outliers and quiet time."""
# ruff: noqa: S311 - seeded draws, no secrets

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.rules_files import Outcome

Run = Callable[..., Outcome]
ALL = {"name": "all", "priority": 1, "fixed_rate": 1}
MONTH = 31 * 86_400
MONDAY = 1_795_392_000


@pytest.fixture
def report(
    folder: Path, write_rules: Any, ecs_xray: Run
) -> Callable[[Iterable[int]], dict[str, Any]]:
    """Simulate one request in each of the seconds, all of them sampled."""
    write_rules(ALL)

    def simulated(seconds: Iterable[int], *options: str) -> dict[str, Any]:
        counts = folder / "counts.csv"
        rows = "".join(f"{second},a,GET,/,1\n" for second in seconds)
        counts.write_text("second,host,method,path,requests\n" + rows)
        done = ecs_xray(
            "rules", "simulate", "--from-counts", str(counts), "--format", "json", *options
        )
        assert (done.code, done.err) == (0, "")
        document: dict[str, Any] = json.loads(done.out)
        return document

    return simulated


def every(step: int, lasting: int, start: int = MONDAY) -> range:
    return range(start, start + lasting, step)


def test_a_hole_is_named_and_left_out(report: Any) -> None:
    found = report([*every(2, 600), *every(2, 600, MONDAY + 3 * 86_400)])

    assert found["seconds"] == 2 * 599
    assert found["traces_a_month"] == pytest.approx(MONTH / 2, rel=0.01)
    (hole,) = [note for note in found["notes"] if "hole" in note]
    assert hole.startswith("1 hole in the logs, 3.0 days together, left out")
    assert "  from 2026-11-23 00:09:59 UTC: 3.0 days" in found["notes"]


def test_many_short_samples_have_many_holes(report: Any) -> None:
    samples = [s for n in range(9) for s in every(1, 60, MONDAY + n * 100_000)]

    found = report(samples)

    assert found["seconds"] == 9 * 60
    assert any(note.startswith("8 holes") for note in found["notes"])
    assert "  and 3 shorter ones" in found["notes"]


@pytest.mark.parametrize("stray", [0, 4_102_444_800, 253_402_300_799])
def test_a_line_of_another_age_is_left_out(report: Any, stray: int) -> None:
    found = report([stray, *every(3, 900)])

    assert found["seconds"] == 898
    assert sum(rule["requests"] for rule in found["rules"]) == 300
    assert any(note.startswith("outlier left out: 1 request at ") for note in found["notes"])


def test_two_lines_ages_apart_tell_one_second(report: Any) -> None:
    found = report([0, MONDAY])

    assert found["seconds"] == 1
    assert any(
        note.startswith("outlier left out: 1 request at 1970-01-01") for note in found["notes"]
    )


def test_requests_at_random_have_no_holes(report: Any) -> None:
    for seed in range(5):
        chance = random.Random(seed)
        seconds = [MONDAY + int(chance.random() * 86_400) for _ in range(400)]

        found = report(seconds)

        assert found["seconds"] == max(seconds) - min(seconds) + 1
        assert not any("hole" in note for note in found["notes"])


def test_nights_that_thin_out_are_no_holes(report: Any) -> None:
    chance = random.Random(1)
    seconds, now = [], MONDAY
    while now < MONDAY + 2 * 86_400:
        seconds.append(now)
        busy = 0.5 if (now - MONDAY) % 86_400 < 50_000 else 0.002
        now += 1 + int(chance.expovariate(busy))

    assert report(seconds)["seconds"] == seconds[-1] - seconds[0] + 1


def test_silent_nights_and_a_weekend_count_as_quiet_time(report: Any) -> None:
    days = [day for day in range(12) if day % 7 < 5]
    seconds = [s for day in days for s in every(5, 9 * 3_600, MONDAY + day * 86_400)]

    found = report(seconds)

    assert found["seconds"] == seconds[-1] - seconds[0] + 1
    assert any("return regularly" in note for note in found["notes"])


def test_the_same_hour_of_four_days_leaves_holes(report: Any) -> None:
    seconds = [s for day in range(4) for s in every(1, 3_600, MONDAY + day * 86_400)]

    assert report(seconds)["seconds"] == 4 * 3_600


def test_hourly_jobs_count_with_their_pauses(report: Any) -> None:
    seconds = [s for hour in range(30) for s in every(1, 200, MONDAY + hour * 3_600)]

    found = report(seconds)

    assert found["seconds"] == seconds[-1] - seconds[0] + 1
    assert any(note.startswith("29 pauses that return") for note in found["notes"])


def test_scaling_to_its_own_average_changes_nothing(
    folder: Path, write_rules: Any, ecs_xray: Run
) -> None:
    write_rules(ALL | {"fixed_rate": 0, "reservoir_size": 4})
    rows = [f"{MONDAY + s},a,GET,/,{40 if s % 20 == 0 else 1}" for s in range(1_000)]
    (folder / "counts.csv").write_text(
        "\n".join(["second,host,method,path,requests", *rows]) + "\n"
    )
    average = (50 * 40 + 950) / 1_000

    def traces(*options: str) -> float:
        done = ecs_xray(
            *("rules", "simulate", "--from-counts", "counts.csv", "--format", "json"),
            *("--processes", "3"),
            *options,
        )
        return float(json.loads(done.out)["traces_a_month"])

    assert traces("--rps", str(average)) == pytest.approx(traces())
    assert traces("--rps", str(average / 2)) < traces()
    assert traces("--rps", "1000000") == pytest.approx(4 * MONTH, rel=0.01)


def test_a_chart_of_lines_ages_apart_is_drawn(
    folder: Path, write_rules: Any, ecs_xray: Run
) -> None:
    write_rules(ALL)
    line = '192.0.2.1 - - [01/Jan/{}:00:00:01 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"\n'
    log = folder / "a.log"
    log.write_text("".join(map(line.format, ("2026", "0021"))))

    done = ecs_xray("rules", "simulate", str(log), "--chart", "traces.svg")

    assert done.code == 0
    assert "0021-01-01" in done.out
