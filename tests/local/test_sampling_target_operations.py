"""GetSamplingTargets and GetSamplingStatisticSummaries."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

CLIENTS = [f"{number:024x}" for number in range(1, 6)]


def report(client: str = CLIENTS[0], rule: str = "Default", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": rule,
        "ClientID": client,
        "Timestamp": 1_800_000_003,
        "RequestCount": 10,
        "SampledCount": 3,
        "BorrowCount": 1,
        **members,
    }


def boost(rule: str = "checkout", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": rule,
        "ServiceName": "signup",
        "Timestamp": 1_800_000_003,
        "AnomalyCount": 4,
        "TotalCount": 100,
        "SampledAnomalyCount": 0,
        **members,
    }


@pytest.fixture
def boosted(xray: XRayStore) -> XRayStore:
    """An X-Ray with a rule that may be boosted for a minute in every five."""
    texts = ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN")
    rule = {"RuleName": "checkout", "Priority": 1, "FixedRate": 0.05, "ReservoirSize": 1}
    limits = {"MaxRate": 0.5, "CooldownWindowMinutes": 5}
    xray.rules.create(
        {**rule, **dict.fromkeys(texts, "*"), "Version": 1, "SamplingRateBoost": limits}
    )
    return xray


def boost_of(xray: XRayStore, *boosts: dict[str, Any], rule: str = "checkout") -> Any:
    answer = xray.targets.report(
        {
            "SamplingStatisticsDocuments": [report(rule=rule)],
            "SamplingBoostStatisticsDocuments": list(boosts),
        }
    )
    return answer["SamplingTargetDocuments"][0].get("SamplingBoost")


def test_anomalies_that_were_not_sampled_raise_the_rate_for_a_minute(
    boosted: XRayStore, clock: Any
) -> None:
    assert boost_of(boosted) is None
    assert boost_of(boosted, boost()) == {"BoostRate": 0.25, "BoostRateTTL": 1_800_000_060}
    clock.now += 59
    assert boost_of(boosted) is not None
    clock.now += 1
    assert boost_of(boosted) is None


@pytest.mark.parametrize(
    ("members", "rate"),
    [
        ({"AnomalyCount": 1}, 0.5),
        ({"AnomalyCount": 1000}, 0.05),
        ({"AnomalyCount": 0}, None),
        ({"AnomalyCount": 4, "SampledAnomalyCount": 4}, None),
    ],
)
def test_a_boost_stays_between_the_rule_s_rate_and_its_most(
    boosted: XRayStore, members: dict[str, Any], rate: float | None
) -> None:
    found = boost_of(boosted, boost(**members))
    assert (None if found is None else found["BoostRate"]) == rate


def test_no_boost_follows_before_the_cooldown_is_over(boosted: XRayStore, clock: Any) -> None:
    boost_of(boosted, boost())
    clock.now += 299
    assert boost_of(boosted, boost()) is None
    clock.now += 1
    assert boost_of(boosted, boost()) is not None


def test_a_rule_without_a_limit_for_boosts_gets_none(xray: XRayStore) -> None:
    assert boost_of(xray, boost(rule="Default"), rule="Default") is None


def targets(xray: XRayStore, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    answer = xray.targets.report({"SamplingStatisticsDocuments": list(documents)})
    found: list[dict[str, Any]] = answer["SamplingTargetDocuments"]
    return found


def test_a_lone_client_gets_the_whole_reservoir(xray: XRayStore) -> None:
    xray.rules.update({"RuleName": "Default", "ReservoirSize": 7})
    answer = xray.targets.report({"SamplingStatisticsDocuments": [report()]})
    assert answer == {
        "SamplingTargetDocuments": [
            {
                "RuleName": "Default",
                "FixedRate": 0.05,
                "ReservoirQuota": 7,
                "ReservoirQuotaTTL": 1_800_000_300,
                "Interval": 10,
            }
        ],
        "LastRuleModification": 1_800_000_000,
        "UnprocessedStatistics": [],
        "UnprocessedBoostStatistics": [],
    }


@given(reservoir=st.integers(0, 100), clients=st.integers(1, 5))
def test_the_quotas_of_all_clients_add_up_to_the_reservoir(reservoir: int, clients: int) -> None:
    xray = XRayStore(account="0" * 12, region="us-east-1", clock=lambda: 1_800_000_000)
    xray.rules.update({"RuleName": "Default", "ReservoirSize": reservoir})
    targets(xray, *(report(client) for client in CLIENTS[:clients]))
    again = [targets(xray, report(client))[0] for client in CLIENTS[:clients]]
    quotas = [target["ReservoirQuota"] for target in again]
    assert sum(quotas) == reservoir
    assert max(quotas) - min(quotas) <= 1


def test_a_client_that_stopped_reporting_frees_its_share(xray: XRayStore, clock: Any) -> None:
    xray.rules.update({"RuleName": "Default", "ReservoirSize": 10})
    targets(xray, report(CLIENTS[0]), report(CLIENTS[1]))
    assert targets(xray, report(CLIENTS[0]))[0]["ReservoirQuota"] == 5
    clock.now += 31
    assert targets(xray, report(CLIENTS[0]))[0]["ReservoirQuota"] == 10


def test_statistics_of_unknown_rules_come_back_unprocessed(xray: XRayStore) -> None:
    answer = xray.targets.report(
        {
            "SamplingStatisticsDocuments": [report(), report(rule="gone")],
            "SamplingBoostStatisticsDocuments": [boost(rule="gone"), boost(rule="Default")],
        }
    )
    assert [t["RuleName"] for t in answer["SamplingTargetDocuments"]] == ["Default"]
    for unprocessed in ("UnprocessedStatistics", "UnprocessedBoostStatistics"):
        (entry,) = answer[unprocessed]
        assert entry["RuleName"] == "gone"
        # The Go SDK reads the first digit to tell its own mistake from X-Ray's.
        assert entry["ErrorCode"].startswith("4")


def test_every_change_of_rules_moves_the_last_modification(xray: XRayStore, clock: Any) -> None:
    def last() -> float:
        answer = xray.targets.report({"SamplingStatisticsDocuments": []})
        moment: float = answer["LastRuleModification"]
        return moment

    assert last() == 0
    xray.rules.update({"RuleName": "Default", "FixedRate": 1})
    assert last() == 1_800_000_000
    clock.now += 5
    xray.rules.update({"RuleName": "Default", "FixedRate": 0})
    assert last() == 1_800_000_005


def test_statistics_are_summed_over_clients_in_windows_of_ten_seconds(xray: XRayStore) -> None:
    targets(xray, report(CLIENTS[0]), report(CLIENTS[1]))
    targets(xray, report(CLIENTS[0], Timestamp=1_800_000_010, BorrowCount=None))
    assert xray.targets.summaries() == {
        "SamplingStatisticSummaries": [
            {
                "RuleName": "Default",
                "Timestamp": 1_800_000_000,
                "RequestCount": 20,
                "SampledCount": 6,
                "BorrowCount": 2,
            },
            {
                "RuleName": "Default",
                "Timestamp": 1_800_000_010,
                "RequestCount": 10,
                "SampledCount": 3,
                "BorrowCount": 0,
            },
        ]
    }


def test_old_windows_are_forgotten(xray: XRayStore, clock: Any) -> None:
    targets(xray, report())
    clock.now += 3700
    targets(xray, report(Timestamp=int(clock.now)))
    (summary,) = xray.targets.summaries()["SamplingStatisticSummaries"]
    assert summary["Timestamp"] == 1_800_003_700


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"SamplingStatisticsDocuments": "x"},
        {"SamplingStatisticsDocuments": [report()] * 26},
        {"SamplingStatisticsDocuments": [report(ClientID="short")]},
        {"SamplingStatisticsDocuments": [report(RequestCount=-1)]},
        {"SamplingStatisticsDocuments": [report(SampledCount=None)]},
        {"SamplingStatisticsDocuments": [report(Timestamp=None)]},
        {"SamplingStatisticsDocuments": [report(RuleName=None)]},
        *(
            {
                "SamplingStatisticsDocuments": [],
                "SamplingBoostStatisticsDocuments": [boost("Default", **members)],
            }
            for members in (
                {"ServiceName": None},
                {"Timestamp": None},
                {"AnomalyCount": -1},
                {"TotalCount": None},
                {"SampledAnomalyCount": "1"},
            )
        ),
        {
            "SamplingStatisticsDocuments": [],
            "SamplingBoostStatisticsDocuments": [boost("Default")] * 26,
        },
    ],
)
def test_a_malformed_report_is_refused(xray: XRayStore, request_body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        xray.targets.report(request_body)
