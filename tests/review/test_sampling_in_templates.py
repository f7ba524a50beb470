"""The sampling rules of templates: the checks of rules files, and their cost."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.report import Report, review
from cdk_ecs_xray.sampling.traffic.profile import RouteTraffic, TrafficProfile


def rule(**keys: object) -> dict[str, Any]:
    defaults = {
        "RuleName": "checkout",
        "Priority": 100,
        "FixedRate": 0.1,
        "ReservoirSize": 0,
        "Host": "*",
        "HTTPMethod": "*",
        "URLPath": "*",
        "ServiceName": "checkout",
        "ServiceType": "*",
        "ResourceARN": "*",
        "Version": 1,
    }
    return {"Type": "AWS::XRay::SamplingRule", "Properties": {"SamplingRule": {**defaults, **keys}}}


def of(tmp_path: Path, traffic: TrafficProfile | None = None, **rules: object) -> Report:
    file = tmp_path / "sampling.json"
    file.write_text(json.dumps({"Resources": rules}))
    return review(str(file), traffic=traffic)


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        ({"FixedRate": 5}, "sampling-out-of-range"),
        ({"Attributes": {"tier": "gold"}}, "sampling-skipped-by-sdks"),
        ({"RuleName": "Default"}, "sampling-reserved-name"),
        ({"URLPath": "/" + "x" * 128}, "sampling-text-length"),
    ],
)
def test_a_rule_is_checked_as_in_a_file(
    tmp_path: Path, spoilt: dict[str, object], expected: str
) -> None:
    report = of(tmp_path, Checkout=rule(**spoilt))

    assert [finding.id for finding in of(tmp_path, Checkout=rule()).findings] == []
    assert expected in {finding.id for finding in report.findings}
    assert {finding.place.resource for finding in report.findings} == {"Checkout"}


def test_a_rule_that_never_decides_is_found_where_it_stands(tmp_path: Path) -> None:
    report = of(tmp_path, First=rule(), Second=rule(RuleName="basket", Priority=200))

    assert [(finding.id, finding.place.resource) for finding in report.findings] == [
        ("sampling-unreachable", "Second")
    ]


def test_the_place_of_a_rule_is_not_read_from_a_sentence(tmp_path: Path) -> None:
    odd = "it's; got: rule 'First'"
    report = of(
        tmp_path,
        First=rule(RuleName="a", ServiceName="a", Priority=1),
        Odd=rule(RuleName=odd, FixedRate=5, Priority=2),
    )

    (finding,) = report.findings

    assert finding.place.resource == "Odd"
    assert finding.problem.what == "fixed_rate must be between 0 and 1"
    assert finding.problem.got == "5"


def test_a_template_is_checked_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "there-is-none"))
    monkeypatch.setattr(tempfile, "tempdir", None)

    report = of(tmp_path, Checkout=rule(FixedRate=5))

    assert [finding.id for finding in report.findings] == ["sampling-out-of-range"]


def test_values_of_the_deployment_are_no_findings(tmp_path: Path) -> None:
    assert of(tmp_path, Checkout=rule(FixedRate={"Ref": "Rate"})).findings == []


def test_the_cost_is_that_of_aws_own_worked_example(tmp_path: Path) -> None:
    # The X-Ray pricing page: 2 000 requests an hour, 10 %, 31 days: $0.24 a month.
    traffic = TrafficProfile(
        routes=(RouteTraffic(requests_per_second=2000 / 3600, service="checkout"),)
    )

    (cost,) = of(tmp_path, traffic, Checkout=rule()).costs or ()

    assert round(cost.traces_a_month) == 148_800
    assert round(cost.dollars, 2) == 0.24


@pytest.mark.parametrize(
    ("kind", "given", "indexed"),
    [
        ("Custom::XRayTransactionSearch", 5, 5),
        ("AWS::XRay::TransactionSearchConfig", "0", 0),
        ("AWS::XRay::TransactionSearchConfig", {"Ref": "Share"}, 1),
        ("AWS::XRay::TransactionSearchConfig", 400, 1),
        ("AWS::Logs::LogGroup", 5, None),
    ],
)
def test_the_cost_is_shown_with_transaction_search_too(
    tmp_path: Path, kind: str, given: object, indexed: float | None
) -> None:
    traffic = TrafficProfile(routes=(RouteTraffic(requests_per_second=100, service="checkout"),))
    search = {"Type": kind, "Properties": {"IndexingPercentage": given}}

    (cost,) = of(tmp_path, traffic, Checkout=rule(), Search=search).costs or ()

    # 10 requests a second are 26 784 000 traces in 31 days; at 10 spans of 1 kB: 267.84 GB.
    spans = cost.transaction_search
    assert round(spans.gigabytes, 2) == 267.84
    assert round(spans.storing, 2) == 93.74
    assert spans.sizes.indexing_percentage == (1 if indexed is None else indexed)
    assert cost.searched == (indexed is not None)
    assert "unverified" in cost.sentence
    assert ("a stack turns it on" in cost.sentence) == cost.searched
