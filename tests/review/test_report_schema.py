"""``--format json`` has the keys that its schema documents, in every form of a report."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import Report, review
from cdk_ecs_xray.sampling.traffic.profile import RouteTraffic, TrafficProfile
from tests.review.schema_checker import violations
from tests.review.spoils import Template, app, collector, of

PEERS = Path(__file__).parent / "peers"
TRAFFIC = TrafficProfile(routes=(RouteTraffic(requests_per_second=1.0, path="/"),))


@pytest.fixture(scope="session")
def schema() -> Any:
    text = (files("cdk_ecs_xray.review.render") / "report.schema.json").read_text("utf-8")
    return json.loads(text)


def document(report: Report) -> Any:
    return json.loads(render(report, "json"))


@pytest.mark.parametrize("name", sorted(file.name for file in PEERS.iterdir()))
def test_every_peers_report_is_valid(schema: Any, name: str) -> None:
    assert list(violations(document(review(str(PEERS / name))), schema, schema)) == []


def test_changes_costs_and_places_in_programs_are_valid(
    tmp_path: Path, right: Template, schema: Any
) -> None:
    rule = {"RuleName": "all", "Priority": 1, "FixedRate": 1.0, "ReservoirSize": 0}
    after = copy.deepcopy(right)
    after["Resources"]["Rule"] = {
        "Type": "AWS::XRay::SamplingRule",
        "Properties": {"SamplingRule": rule},
    }
    app(after)["Links"] = []
    collector(after).pop("Essential")
    of(after, "Log")["LogGroupName"] = "/renamed"
    for name, template in (("before", right), ("after", after)):
        (tmp_path / f"{name}.json").write_text(json.dumps(template))

    report = review(
        str(tmp_path / "after.json"), against=str(tmp_path / "before.json"), traffic=TRAFFIC
    )
    found = document(report)

    assert list(violations(found, schema, schema)) == []
    assert all(found[key] for key in ("changes", "costs", "permissions", "findings", "tasks"))


def test_a_key_that_is_not_documented_is_refused(
    schema: Any, right: Template, tmp_path: Path
) -> None:
    (tmp_path / "orders.json").write_text(json.dumps(right))
    found = document(review(str(tmp_path / "orders.json")))
    found["tasks"][0]["apps"][0]["new"] = 1

    del found["summary"]["note"]

    assert list(violations(found, schema, schema)) == [
        "$.summary.note: missing",
        "$.tasks[0].apps[0].new: not documented",
    ]
