"""The monitoring stack deployed with the real cdk onto the AWS emulator."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, targets_of

TOPIC = "arn:aws:sns:us-east-1:000000000000:ops"
ENVIRONMENT = f"""\
name: dev
namespace: fq
sampling_rules: ../rules.yaml
services:
  - name: ledger
    image: nginx:1
monitoring:
  alarm_topic: {TOPIC}
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[EmbeddedAws]:
    """A watched environment."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "rules.yaml").write_text("rules:\n  - {name: a, priority: 1, fixed_rate: 1}\n")
    (folder / "environments").mkdir()
    (folder / "environments" / "dev.yaml").write_text(ENVIRONMENT)
    project = CdkProject(repository)
    project.synthesise(folder / "cdk.out", context={"environments": str(folder / "environments")})
    with EmbeddedAws.start() as aws:
        for target in targets_of(folder / "cdk.out"):
            project.bootstrap(aws, target)
            project.deploy(aws, folder / "cdk.out", target)
        yield aws


def test_the_dashboard_stands_with_every_token_resolved(deployed: EmbeddedAws) -> None:
    client = deployed.client("cloudwatch")
    body = json.loads(client.get_dashboard(DashboardName="fq-dev-xray")["DashboardBody"])
    text = json.dumps(body)
    assert "home?region=us-east-1" in text
    assert "Token[" not in text
    (status,) = (widget["properties"] for widget in body["widgets"] if widget["type"] == "alarm")
    alarms = client.describe_alarms()["MetricAlarms"]
    assert sorted(status["alarms"]) == sorted(alarm["AlarmArn"] for alarm in alarms)


def test_alarms_and_filters_stand(deployed: EmbeddedAws) -> None:
    alarms = deployed.client("cloudwatch").describe_alarms()["MetricAlarms"]
    filters = deployed.client("logs").describe_metric_filters(
        logGroupName="/fq/dev/ledger/instance/xray"
    )["metricFilters"]
    counted = {
        (
            counted["metricTransformations"][0]["metricNamespace"],
            counted["metricTransformations"][0]["metricName"],
        )
        for counted in filters
    }
    assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms} == counted
    assert len(counted) == 3
    assert [alarm["AlarmActions"] for alarm in alarms] == [[TOPIC]] * 3


def segment(number: int, *, seconds: float = 0.1, **members: Any) -> str:
    now = int(time.time()) - 5
    return json.dumps(
        {
            "id": f"{number:016x}",
            "trace_id": f"1-{now:08x}-{number:024x}",
            "name": "ledger",
            "start_time": now,
            "end_time": now + seconds,
            **members,
        }
    )


def test_each_group_holds_the_traces_of_its_kind(deployed: EmbeddedAws) -> None:
    client = deployed.client("xray")
    answer = client.put_trace_segments(
        TraceSegmentDocuments=[
            segment(1),
            segment(2, fault=True),
            segment(3, error=True),
            segment(4, error=True, throttle=True),
            segment(5, seconds=1.5),
            segment(6, name="other", fault=True),
        ]
    )
    assert answer["UnprocessedTraceSegments"] == []

    found = {}
    for group in client.get_groups()["Groups"]:
        if group["GroupName"].startswith("dev-watch-"):
            summaries = client.get_trace_summaries(
                StartTime=time.time() - 60,
                EndTime=time.time() + 60,
                FilterExpression=group["FilterExpression"],
            )["TraceSummaries"]
            found[group["GroupName"]] = sorted(int(summary["Id"][-1]) for summary in summaries)
    assert found == {
        "dev-watch-all": [1, 2, 3, 4, 5],
        "dev-watch-fault": [2],
        "dev-watch-error": [3, 4],
        "dev-watch-429": [4],
        "dev-watch-slow": [5],
    }
