"""``ecs-xray rules simulate`` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rules_files import Outcome

Run = Callable[..., Outcome]
CHECKOUT = {"name": "checkout", "priority": 100, "fixed_rate": 0.5, "url_path": "/checkout/*"}
SEARCH = {"name": "search", "priority": 200, "fixed_rate": 1, "host": "s.example.com"}
NO_DEFAULT = {"fixed_rate": 0, "reservoir_size": 0}


@pytest.fixture
def log(folder: Path) -> Path:
    """An hour: every second a checkout, every fourth a home page, and two lines that are none."""
    path = folder / "access.log"
    lines = []
    for second in range(3_600):
        clock = f"10:{second // 60:02}:{second % 60:02}"
        stamp = f'192.0.2.1 - - [20/Nov/2026:{clock} +0000] "GET'
        lines.append(f'{stamp} /checkout/{second % 50} HTTP/1.1" 200 1 "-" "-"')
        if second % 4 == 0:
            lines.append(f'{stamp} /home HTTP/1.1" 200 1 "-" "-"')
    path.write_text("\n".join([*lines, "garbage", "more garbage"]) + "\n")
    return path


def simulated(ecs_xray: Run, *arguments: object) -> dict[str, Any]:
    outcome = ecs_xray("rules", "simulate", *arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    document: dict[str, Any] = json.loads(outcome.out)
    return document


def test_simulate_counts_by_rule(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT, SEARCH, default={"reservoir_size": 1, "fixed_rate": 0})

    report = simulated(ecs_xray, log, "--days", "30", "--host", "example.com")

    rules = {rule["rule"]: rule for rule in report["rules"]}
    assert list(rules) == ["checkout", "search", "Default"]
    assert (rules["checkout"]["requests"], rules["checkout"]["expected"]) == (3600, 1800)
    assert abs(rules["checkout"]["sampled"] - 1800) < 5 * 30
    assert (rules["Default"]["requests"], rules["Default"]["sampled"]) == (900, 900)
    assert rules["search"]["requests"] == 0
    assert report["seconds"] == 3600
    assert report["traces_a_month"] == pytest.approx(2700 * 24 * 30)
    assert report["routes_without_rule"] == [{"route": "GET example.com/home", "requests": 900}]
    assert "malformed lines: 2" in report["notes"]
    assert "  such as: garbage" in report["notes"]
    assert report["cost"]["total"] == pytest.approx((2700 * 720 - 100_000) * 5 / 1e6)


def test_what_clients_send_cannot_reach_the_terminal(
    write_rules: Any, ecs_xray: Run, tmp_path: Path
) -> None:
    write_rules(SEARCH)
    hostile = tmp_path / "hostile.log"
    line = '192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "GET /\x1b[2Ja HTTP/1.1" 200 1 "-" "-"\n'
    hostile.write_text(f"{line}\x1b[31mcut\n")

    report = simulated(ecs_xray, hostile, "--host", "example.com")

    (route,) = report["routes_without_rule"]
    assert route["route"] == "GET example.com/\ufffd[2Ja"
    assert "  such as: \ufffd[31mcut" in report["notes"]
    assert any(note.startswith("traffic: 1 request in 1 second") for note in report["notes"])
    hostile.write_text("\x1b[31mnothing\n")
    refused = ecs_xray("rules", "simulate", str(hostile))
    assert refused.code == 2
    assert "got '\ufffd[31mnothing'" in refused.err


def test_many_logs_are_named_in_short(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT)

    two = ecs_xray("rules", "simulate", str(log), str(log))
    five = ecs_xray("rules", "simulate", *[str(log)] * 5)

    assert two.out.startswith(f"sampling/rules.yaml: traces of {log}, {log}\n")
    assert five.out.startswith(f"sampling/rules.yaml: traces of {log} to {log} (5 files)\n")


def test_an_unknown_host_is_pointed_out(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(SEARCH)

    report = simulated(ecs_xray, log)

    assert report["rules"][0]["requests"] == 4500
    assert any(note.startswith("4,500 requests without a host") for note in report["notes"])


def test_equal_seeds_print_equal_reports(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT)

    def text(seed: int) -> str:
        return ecs_xray("rules", "simulate", log, "--seed", seed).out

    assert text(1) == text(1)
    assert len({text(seed) for seed in range(5)}) > 1


def test_simulate_shows_what_a_change_does(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT, default=NO_DEFAULT)
    write_rules(CHECKOUT | {"fixed_rate": 1}, SEARCH, default=NO_DEFAULT, name="new.yaml")

    arguments = ("--rules", "sampling/new.yaml", "--against", "sampling/rules.yaml", "--host", "a")
    report = simulated(ecs_xray, log, *arguments)

    assert report["against"]["label"] == "sampling/rules.yaml"
    assert report["traces_a_month"] == pytest.approx(2 * report["against"]["traces_a_month"])
    text = ecs_xray("rules", "simulate", log, *arguments).out
    assert "against sampling/rules.yaml: traces a month 1,339,200 → 2,678,400 (+1,339,200)" in text


def test_simulate_compares_with_the_committed_file(
    write_rules: Any, ecs_xray: Run, log: Path, folder: Path
) -> None:
    path = write_rules(CHECKOUT, default=NO_DEFAULT)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(folder)]
    for command in (["init", "-q"], ["add", str(path)], ["commit", "-qm", "rules"]):
        subprocess.run([*git, *command], check=True)
    write_rules(CHECKOUT | {"fixed_rate": 0}, default=NO_DEFAULT)

    report = simulated(ecs_xray, log, "--against", "HEAD")

    assert report["traces_a_month"] == 0
    assert report["against"]["traces_a_month"] == pytest.approx(1800 * 24 * 31)
    assert ecs_xray("rules", "simulate", log, "--against", "nowhere").code == 2
    assert ecs_xray("rules", "simulate", log, "--against", "--output=x").code == 2
    assert not (folder / "x").exists()


def test_rps_scales_a_log_and_stands_for_one(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT, default=NO_DEFAULT)

    scaled = simulated(ecs_xray, log, "--rps", "50", "--processes", "6")
    checkout = scaled["rules"][0]
    assert checkout["requests"] == pytest.approx(40 * 3_600)
    assert checkout["expected"] == pytest.approx(20 * 3_600)

    spread = simulated(ecs_xray, "--rps", "40", "--processes", "6")
    assert [rule["requests"] for rule in spread["rules"]] == [20, 20]
    assert "spread evenly over 2 routes" in spread["notes"][0]


def test_a_traffic_profile_stands_for_a_log(write_rules: Any, ecs_xray: Run, folder: Path) -> None:
    write_rules(CHECKOUT | {"fixed_rate": 0.1}, default=NO_DEFAULT)
    profile = folder / "traffic.yaml"
    profile.write_text(
        "routes:\n- {method: GET, host: a, path: /checkout/1, requests_per_second: 0.5555555555}\n"
        "- {path: /, requests_per_second: 7}\n"
    )

    report = simulated(ecs_xray, "--traffic", profile)

    # AWS's own worked example: 2 000 requests an hour at 10 %.
    assert f"{report['cost']['total']:.2f}" == "0.24"
    profile.write_text("routes: []\n")
    assert ecs_xray("rules", "simulate", "--traffic", profile).code == 2


def test_prices_can_be_overridden(write_rules: Any, ecs_xray: Run) -> None:
    insights = [{"name": "g", "filter_expression": "ok", "insights": {"enabled": True}}]
    write_rules(CHECKOUT | {"fixed_rate": 1}, default={"fixed_rate": 1}, groups=insights)

    report = simulated(
        ecs_xray,
        *("--rps", "1", "--days", "10", "--region", "eu-west-9", "--price-per-million", "10"),
        *("--insights-price-per-million", "2", "--free-traces", "0"),
        *("--traces-elsewhere", "136000", "--traces-scanned", "3000000"),
    )

    assert report["cost"]["recording"] == pytest.approx(10.0)
    assert report["cost"]["insights"] == pytest.approx(2 * 0.864)
    assert report["cost"]["scanning"] == pytest.approx(1.0)
    assert any("no prices of eu-west-9" in note for note in report["notes"])


def test_both_modes_are_priced(write_rules: Any, ecs_xray: Run) -> None:
    rules = write_rules(CHECKOUT | {"fixed_rate": 1}, default={"fixed_rate": 1})
    # 864 000 traces in ten days, 3 456 000 spans, 6.912 GB.
    asked = ("--rps", "1", "--days", "10", "--spans-per-trace", "4", "--span-bytes", "2000")
    own = ("--indexing-percentage", "51", "--span-price-per-gb", "0.5")

    spans = simulated(ecs_xray, *asked)["transaction_search"]
    others = (*asked, *own, "--index-price-per-million", "2", "--traces-elsewhere", "864000")
    dearer = simulated(ecs_xray, *others)["transaction_search"]
    text = ecs_xray("rules", "simulate", *asked, "--against", rules).out

    assert spans["storing"] == pytest.approx(6.912 * 0.35)
    assert (spans["indexing"], spans["indexing_percentage"]) == (0, 1)
    assert spans["prices"]["verified"] is False
    assert dearer["storing"] == pytest.approx(2 * 6.912 * 0.5)
    assert dearer["indexing"] == pytest.approx(2 * 3.456 / 2 * 2)
    assert "with Transaction Search: 3,456,000 spans, 6.91 GB at 4 spans a trace" in text
    assert "prices of 2026-11-26, us-east-1, unverified" in text


def test_markdown_is_a_table(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT)

    lines = ecs_xray("rules", "simulate", log, "--format", "markdown").out.splitlines()

    assert lines[2].startswith("| rule | requests | sampled |")
    assert all(line.count("|") == lines[2].count("|") for line in lines[2:7])
    assert lines[4].startswith("| checkout | 3,600 |")


def test_the_picture_stands_alone(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT)

    assert ecs_xray("rules", "simulate", log, "--chart", "traces.svg").code == 0

    text = Path("traces.svg").read_text()
    svg = ET.fromstring(text)  # noqa: S314 - written by the command just now
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "traces per minute" in texts
    assert "time (UTC)" in texts
    assert any(text is not None and text.startswith("checkout, 30.0 a minute") for text in texts)
    assert "prefers-color-scheme:dark" in text
    assert "href" not in text
    assert "script" not in text


def test_counts_from_athena_finish_in_the_same_report(
    write_rules: Any, ecs_xray: Run, folder: Path
) -> None:
    write_rules(CHECKOUT, default=NO_DEFAULT)
    (folder / "counts.csv").write_text(
        "second,host,method,path,requests\n100,a,GET,/checkout/1,6\n101,a,GET,/,4\n"
    )

    report = simulated(ecs_xray, "--from-counts", "counts.csv")

    assert [rule["requests"] for rule in report["rules"]] == [6, 4]
    assert report["seconds"] == 2
    sql = ecs_xray("rules", "simulate", "--print-athena-sql", "--athena-table", "logs.web").out
    assert "FROM logs.web" in sql
    assert (
        "cs_uri_stem"
        in ecs_xray("rules", "simulate", "--print-athena-sql", "--log-format", "cloudfront").out
    )
    refused = ecs_xray("rules", "simulate", "--print-athena-sql", "--log-format", "json")
    assert refused.code == 2


@pytest.mark.parametrize(
    ("boost", "most"),
    [
        # 3600 requests, half of them traced already: 30 % more of the other half of an hour,
        # in one minute of six.
        ({"max_rate": 0.8, "cooldown_window_minutes": 5}, 3600 * 0.3 / 6),
        ({"max_rate": 1, "cooldown_window_minutes": 1}, 3600 * 0.5 / 2),
        ({"max_rate": 0.5, "cooldown_window_minutes": 1}, 0),
    ],
)
def test_simulate_shows_the_bounds_of_a_boost(
    write_rules: Any, ecs_xray: Run, log: Path, boost: dict[str, Any], most: float
) -> None:
    write_rules(CHECKOUT | {"boost": boost}, default=NO_DEFAULT)

    report = simulated(ecs_xray, log, "--days", "30")
    text = ecs_xray("rules", "simulate", log, "--days", "30").out

    checkout, default = report["rules"]
    assert checkout["most_boosted_a_month"] == pytest.approx(most * 24 * 30)
    assert default["most_boosted_a_month"] is None
    assert report["traces_a_month"] == pytest.approx(1800 * 24 * 30)
    assert f"checkout: a boost adds 0 to {most * 720:,.0f} traces a month" in text
    assert "only with Application Signals on" in text


def test_without_a_boost_nothing_is_said(write_rules: Any, ecs_xray: Run, log: Path) -> None:
    write_rules(CHECKOUT, default=NO_DEFAULT)

    assert "a boost adds" not in ecs_xray("rules", "simulate", log).out
