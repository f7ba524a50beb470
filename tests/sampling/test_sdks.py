"""What each SDK does differently, held to those that can be run here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule as PythonRule

from cdk_ecs_xray.cli.rules_options import SDK_NAMES
from cdk_ecs_xray.sampling import SamplingRule
from cdk_ecs_xray.sampling.matching import Request
from cdk_ecs_xray.sampling.rules import DefaultRule
from cdk_ecs_xray.sampling.sdks import SDKS, deciding_otherwise, deciding_rule_with
from tests.rules_files import Outcome
from tests.sampling.json_log_samples import JSON_LINES
from tests.sampling.log_samples import TEXTS

Run = Callable[..., Outcome]
ROOT = Path(__file__).parents[2]
EVERY = frozenset(SDKS)
OPEN_TELEMETRY = frozenset({"adot-java", "adot-python", "adot-node"})
GET = Request(host="shop.example.com:8080", http_method="GET", url_path="/Cart/7", query="a=1")
WORK = Request(is_work=True, service_name="jobs")


def matching(request: Request, **rule: Any) -> set[str]:
    """The SDKs for which a rule decides about a request."""
    rules = [SamplingRule(name="r", priority=1, fixed_rate=1, **rule)]
    return {
        name
        for name, sdk in SDKS.items()
        if deciding_rule_with(rules, DefaultRule(), request, sdk).name == "r"
    }


def test_the_command_names_every_sdk() -> None:
    assert tuple(SDKS) == SDK_NAMES


@pytest.mark.parametrize(
    ("request_", "rule", "expected"),
    [
        (GET, {}, EVERY),
        (GET, {"url_path": "/Cart/7"}, EVERY - {"node"}),
        (GET, {"url_path": "/Cart/7*"}, EVERY),
        (GET, {"url_path": "/Cart/7?a=1"}, {"node"}),
        (GET, {"url_path": "/cart/*"}, EVERY - {"adot-java", "adot-python"}),
        (GET, {"url_path": "/cart/7"}, EVERY - {"node", "adot-python"}),
        (GET, {"host": "shop.example.com"}, OPEN_TELEMETRY),
        (GET, {"host": "shop.example.com:8080"}, EVERY - OPEN_TELEMETRY),
        (GET, {"service_name": "jobs"}, EVERY),
        (GET, {"attributes": {"tier": "gold"}}, set()),
        (WORK, {}, EVERY),
        (WORK, {"url_path": "/health"}, {"python", "node", "go", "dotnet", "ruby"}),
        (
            WORK,
            {"url_path": "/"},
            {"python", "node", "go", "dotnet", "ruby"} | {"adot-python", "adot-node"},
        ),
        (WORK, {"http_method": "GET"}, {"python", "node", "go", "dotnet", "ruby"}),
        (WORK, {"service_name": "web"}, set()),
    ],
)
def test_which_sdks_a_rule_decides_for(
    request_: Request, rule: dict[str, Any], expected: set[str]
) -> None:
    assert matching(request_, **rule) == expected


@pytest.mark.parametrize("pattern", ["/cart/7", "/CART/*", "/cart/7?a=1", "*"])
def test_the_rows_of_python_and_node_are_theirs(pattern: str) -> None:
    done = subprocess.run(
        [
            ROOT / ".venv/bin/node",
            Path(__file__).with_name("sdk_matching.js"),
            pattern,
            "/cart/7?a=1",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"NODE_PATH": str(ROOT / "node_modules"), "AWS_XRAY_LOG_LEVEL": "silent"},
    )
    node = json.loads(done.stdout.splitlines()[-1])
    python = PythonRule("a", 1, 1, 1, "*", "*", pattern, "*", "*")
    asked = Request(host="a", http_method="GET", url_path="/cart/7", query="a=1")

    assert node["request"]["host"] == "Shop.example.com:8080"
    assert ("node" in matching(asked, url_path=pattern)) == node["matches"]
    assert ("node" in matching(WORK, url_path=pattern)) == node["work"]
    asked_of_python = {"host": "a", "method": "GET", "path": "/cart/7"}
    assert ("python" in matching(asked, url_path=pattern)) == python.match(asked_of_python)
    assert ("python" in matching(WORK, url_path=pattern)) == python.match({"service": "jobs"})


def test_only_sdks_that_answer_otherwise_are_named() -> None:
    rule = SamplingRule(name="cart", priority=1, fixed_rate=1, url_path="/cart/*")

    others = deciding_otherwise([rule], DefaultRule(), GET)

    assert others == {"adot-java": "Default", "adot-python": "Default"}


def test_explain_says_when_sdks_differ(write_rules: Any, ecs_xray: Run) -> None:
    write_rules({"name": "cart", "priority": 1, "fixed_rate": 1, "url_path": "/cart/*"})

    usual = ecs_xray("rules", "explain", "GET", "https://a/Cart/7").out
    other = ecs_xray("rules", "explain", "GET", "https://a/Cart/7", "--sdk", "adot-python").out

    assert "cart decides" in usual
    assert "with another SDK Default decides: --sdk adot-java, adot-python" in usual
    assert "Default decides" in other
    assert "with another SDK" not in other


def test_explain_as_json_names_the_sdks_with_which_another_rule_decides(
    write_rules: Any, ecs_xray: Run
) -> None:
    write_rules({"name": "cart", "priority": 1, "fixed_rate": 1, "url_path": "/cart/*"})
    asked = ("rules", "explain", "GET", "https://a/Cart/7", "--format", "json")

    usual = {rule["rule"]: rule["decides_with_sdks"] for rule in json.loads(ecs_xray(*asked).out)}
    one = json.loads(ecs_xray(*asked, "--sdk", "java").out)

    assert usual == {"cart": [], "Default": ["adot-java", "adot-python"]}
    assert [rule["decides_with_sdks"] for rule in one] == [[], []]


def test_work_without_a_request_is_explained(write_rules: Any, ecs_xray: Run) -> None:
    write_rules(
        {"name": "health", "priority": 1, "fixed_rate": 0, "url_path": "/health"},
        {"name": "jobs", "priority": 2, "fixed_rate": 1, "service_name": "jobs"},
    )
    asked = ("rules", "explain", "--without-request", "--service", "jobs")

    usual = ecs_xray(*asked)
    java = ecs_xray(*asked, "--sdk", "java")

    assert "health decides" in usual.out
    assert "with another SDK jobs decides: --sdk java, adot-java, adot-python" in usual.out
    assert "jobs decides" in java.out
    assert "url_path '/health' does not match a request without one" in java.out
    assert ecs_xray("rules", "explain", "GET", "/", "--without-request").code == 2
    assert ecs_xray("rules", "explain", "GET").code == 2


def test_simulate_follows_the_sdk_and_says_when_others_differ(
    folder: Path, write_rules: Any, ecs_xray: Run
) -> None:
    write_rules({"name": "cart", "priority": 1, "fixed_rate": 1, "url_path": "/cart/*"})
    rows = "".join(f"{second},a,GET,/Cart/7,1\n" for second in range(100))
    (folder / "c.csv").write_text("second,host,method,path,requests\n" + rows)

    def report(*options: str) -> dict[str, Any]:
        done = ecs_xray("rules", "simulate", "--from-counts", "c.csv", "--format", "json", *options)
        document: dict[str, Any] = json.loads(done.out)
        return document

    assert report()["rules"][0]["requests"] == 100
    assert any("with adot-python other rules decide about 100" in n for n in report()["notes"])
    assert report("--sdk", "adot-python")["rules"][0]["requests"] == 0
    node = report("--sdk", "node")
    assert node["rules"][0]["requests"] == 100
    assert any("no path of this traffic has one" in note for note in node["notes"])
    assert not any("queries" in note for note in report("--sdk", "go")["notes"])


SAMPLES = {**TEXTS, **JSON_LINES}
WITH_QUERY = [name for name, sample in SAMPLES.items() if "?a=1" in "".join(sample.lines)]


def test_samples_with_a_query_are_of_every_text_format() -> None:
    assert {"alb", "combined", "envoy", "haproxy"} <= set(WITH_QUERY)
    assert len(set(WITH_QUERY) & set(JSON_LINES)) > 0


@pytest.mark.parametrize("name", WITH_QUERY)
def test_simulate_compares_the_query_where_the_sdk_does(
    folder: Path, write_rules: Any, ecs_xray: Run, name: str
) -> None:
    write_rules(
        {"name": "exact", "priority": 1, "fixed_rate": 1, "url_path": "/cart/7"},
        {"name": "begins", "priority": 2, "fixed_rate": 1, "url_path": "/cart/*"},
    )
    (folder / "access.log").write_text("\n".join(SAMPLES[name].lines) + "\n")

    def decided(*options: str) -> tuple[list[int], list[str]]:
        done = ecs_xray("rules", "simulate", "access.log", "--format", "json", *options)
        document = json.loads(done.out)
        return [rule["requests"] for rule in document["rules"]], document["notes"]

    assert decided()[0] == [1, 0, 1]
    requests, notes = decided("--sdk", "node")
    assert requests == [0, 1, 1]
    assert "node compares paths with their queries: 1 request had one" in notes


def test_the_sdk_for_node_borrows_for_good_whatever_quota_xray_gives() -> None:
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "node"), str(Path(__file__).with_name("sdk_quota.js"))],
        env={"NODE_PATH": str(ROOT / "node_modules")},
        capture_output=True,
        text=True,
        check=True,
    )
    taken = json.loads(done.stdout)

    # X-Ray gave 5 a second for the next five minutes.
    assert taken == {"quota": 5, "take": 0, "borrow": 1}
    assert [name for name, sdk in SDKS.items() if not sdk.takes_quotas] == ["node"]


def test_simulate_follows_an_sdk_that_never_gets_a_quota(
    folder: Path, write_rules: Any, ecs_xray: Run
) -> None:
    write_rules(
        {"name": "cart", "priority": 1, "fixed_rate": 0, "reservoir_size": 5},
        {"name": "none", "priority": 2, "fixed_rate": 0, "reservoir_size": 0},
    )
    rows = "".join(f"{second},a,GET,/,10\n" for second in range(100))
    (folder / "c.csv").write_text("second,host,method,path,requests\n" + rows)

    def cart(*options: str) -> dict[str, Any]:
        done = ecs_xray("rules", "simulate", "--from-counts", "c.csv", "--format", "json", *options)
        found: dict[str, Any] = json.loads(done.out)["rules"][0]
        return found

    assert cart("--sdk", "python")["sampled"] == 500
    node = cart("--sdk", "node")
    assert node["sampled"] == node["borrowing"] == 100
    # Of two processes each borrows one, if a request reaches it.
    both = cart("--sdk", "node", "--processes", "2")
    assert 199 < both["borrowing"] <= 200
    assert both["sampled"] == round(both["borrowing"])


def test_a_rate_without_a_log_follows_it_too(write_rules: Any, ecs_xray: Run) -> None:
    write_rules({"name": "cart", "priority": 1, "fixed_rate": 0, "reservoir_size": 5})

    def month(*options: str) -> float:
        done = ecs_xray("rules", "simulate", "--rps", "100", "--format", "json", *options)
        found: float = json.loads(done.out)["rules"][0]["traces_a_month"]
        return found

    assert month("--sdk", "node") * 5 == pytest.approx(month())
