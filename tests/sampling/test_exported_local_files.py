"""Exported files in the SDKs' own loaders, which then decide as ``explain`` says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler

from cdk_ecs_xray.sampling import SamplingRuleSet
from cdk_ecs_xray.sampling.local_rules import HOW_TO_LOAD, local_rules
from tests.rules_files import Outcome

ROOT = Path(__file__).parents[2]
NODE_SAMPLER = ROOT / "node_modules/aws-xray-sdk-core/dist/lib/middleware/sampling/local_sampler.js"

# Rates of 0 and 1 without reservoirs, so that a decision tells which rule made it.
RULES = [
    {"name": "all", "fixed_rate": 1, "url_path": "/checkout/*"},
    {"name": "skipped", "fixed_rate": 1, "url_path": "/gold/*", "attributes": {"tier": "gold"}},
    {"name": "none", "fixed_rate": 0, "http_method": "P?ST", "host": "*.example.com"},
    {"name": "other", "fixed_rate": 0, "url_path": "/*", "service_name": "other"},
    {"name": "host", "fixed_rate": 1, "host": "www.EXAMPLE.com", "service_name": "api"},
]
REQUESTS = [
    ("GET", "www.example.com", "/checkout/1"),
    ("POST", "www.example.com", "/x"),
    ("GET", "www.example.com", "/x"),
    ("GET", "example.com", "/x"),
    ("get", "a.example.com", "/CHECKOUT/2"),
    ("PUT", "www.example.com", "/gold/1"),
    ("PAST", "b.example.com", "/"),
]


@pytest.fixture
def exported(
    write_rules: Callable[..., Path], ecs_xray: Callable[..., Outcome]
) -> Callable[..., Path]:
    def export(sdk: str) -> Path:
        write_rules(*RULES, default={"fixed_rate": 0, "reservoir_size": 0})
        path = Path(f"{sdk}.json")
        outcome = ecs_xray("rules", "export", "--for", sdk, "--service", "api", "--output", path)
        assert outcome.code == 0
        assert outcome.out == ""
        assert str(path) in outcome.err
        return path.resolve()

    return export


def explained(ecs_xray: Callable[..., Outcome]) -> list[bool]:
    decisions = []
    for method, host, path in REQUESTS:
        url = f"https://{host}{path}"
        outcome = ecs_xray("rules", "explain", method, url, "--service", "api", "--format", "json")
        (winner,) = (verdict for verdict in json.loads(outcome.out) if verdict["wins"])
        decisions.append(winner["fixed_rate"] == 1)
    return decisions


def test_the_python_sdk_decides_as_explain_says(
    exported: Callable[..., Path], ecs_xray: Callable[..., Outcome]
) -> None:
    sampler = LocalSampler(json.loads(exported("python").read_text()))

    decided = [
        bool(sampler.should_trace({"method": method, "host": host, "path": path}))
        for method, host, path in REQUESTS
    ]

    assert decided == explained(ecs_xray) == [True, False, True, False, True, True, False]


def test_the_node_sdk_decides_as_explain_says(
    exported: Callable[..., Path], ecs_xray: Callable[..., Outcome], tmp_path: Path
) -> None:
    rules = exported("node")
    requests = tmp_path / "requests.json"
    requests.write_text(
        json.dumps([{"httpMethod": m, "host": h, "urlPath": p} for m, h, p in REQUESTS])
    )
    script = Path(__file__).with_name("local_decisions.js")

    printed = subprocess.run(
        [ROOT / ".venv/bin/node", script, NODE_SAMPLER, rules, requests],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout

    assert json.loads(printed.splitlines()[-1]) == explained(ecs_xray)


@pytest.mark.parametrize("sdk", HOW_TO_LOAD)
def test_every_sdk_gets_what_its_reader_demands(exported: Callable[..., Path], sdk: str) -> None:
    document: dict[str, Any] = json.loads(exported(sdk).read_text())

    # Go, .NET and Ruby: version 2 without service_name, rules always there. Node: no other keys.
    assert list(document) == ["version", "default", "rules"]
    assert document["version"] == 2
    assert set(document["default"]) == {"fixed_target", "rate"}
    for rule in document["rules"]:
        assert set(rule) == {
            "description",
            "host",
            "http_method",
            "url_path",
            "fixed_target",
            "rate",
        }
        assert isinstance(rule["fixed_target"], int)
        assert isinstance(rule["rate"], float)
    assert [rule["description"] for rule in document["rules"]] == ["all", "none", "host"]


def test_processes_share_a_reservoir(read: Callable[..., SamplingRuleSet]) -> None:
    rules = read({"name": "a", "priority": 1, "fixed_rate": 0, "reservoir_size": 10})

    document = local_rules(rules.rules, rules.default, processes=4)

    assert document["rules"][0]["fixed_target"] == 3
    assert local_rules(rules.rules, rules.default)["rules"][0]["fixed_target"] == 10
