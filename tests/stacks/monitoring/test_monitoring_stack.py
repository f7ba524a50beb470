"""The monitoring stack of an environment: what it holds, and that it is off unless asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.collectors.log_lines import Trouble, filter_pattern
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.errors import ConfigurationError
from stacks.nag import check_with_nag
from tests.stacks.monitoring.conftest import TOPIC

if TYPE_CHECKING:
    from tests.conftest import Synthesised

NAME = "fq-dev-monitoring"
Watched = Callable[..., Mapping[str, "Synthesised"]]


@pytest.fixture(scope="module")
def stack(watched: Watched) -> Synthesised:
    """The stack with all there is."""
    return watched({"alarm_topic": TOPIC})[NAME]


def dashboard_text(stack: Synthesised) -> str:
    """Return the dashboard's body with every token written as its name."""
    body = stack.properties("AWS::CloudWatch::Dashboard")["DashboardBody"]
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    return "".join(
        part if isinstance(part, str) else f"<{part['Ref' if 'Ref' in part else 'Fn::GetAtt']}>"
        for part in parts
    )


def test_nothing_is_watched_unless_asked_for(watched: Watched) -> None:
    stacks = watched(None)
    kinds = {
        resource["Type"]
        for stack in stacks.values()
        for resource in stack.template.get("Resources", {}).values()
    }
    assert kinds.isdisjoint(
        {"AWS::CloudWatch::Dashboard", "AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter"}
    )
    assert NAME not in stacks


def test_the_shipped_environments_are_not_watched(repository: Path) -> None:
    for path in (repository / "environments").glob("*.yaml"):
        assert Environment.from_file(path).monitoring is None


def test_every_collector_counts_into_three_metrics(stack: Synthesised) -> None:
    filters = [
        metric_filter["Properties"]
        for metric_filter in stack.resources("AWS::Logs::MetricFilter").values()
    ]
    assert {
        (
            counted["LogGroupName"],
            counted["FilterPattern"],
            *map(tuple_of, counted["MetricTransformations"]),
        )
        for counted in filters
    } == {
        (
            f"/fq/dev/{service}/instance/xray",
            filter_pattern(trouble),
            (trouble.value, "ecs-xray/dev", "1"),
        )
        for service in ("ledger", "billing")
        for trouble in Trouble
    }


def tuple_of(transformation: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a filter does, and that it does no more."""
    names = ("MetricName", "MetricNamespace", "MetricValue")
    assert transformation.keys() == set(names)
    return tuple(transformation[name] for name in names)


def test_every_alarm_tells_the_topic_and_the_cure(stack: Synthesised) -> None:
    alarms = [alarm["Properties"] for alarm in stack.resources("AWS::CloudWatch::Alarm").values()]
    assert {alarm["MetricName"] for alarm in alarms} == {trouble.value for trouble in Trouble}
    for alarm in alarms:
        assert alarm["Namespace"] == "ecs-xray/dev"
        assert alarm["AlarmActions"] == [TOPIC]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert (alarm["Threshold"], alarm["Statistic"], alarm["Period"]) == (1, "Sum", 300)
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["AlarmDescription"].endswith("ecs-xray verify --env dev")


def test_without_a_topic_nobody_is_told(watched: Watched) -> None:
    alarms = watched({"dashboard": False})[NAME].resources("AWS::CloudWatch::Alarm")
    assert len(alarms) == 3
    assert not any("AlarmActions" in alarm["Properties"] for alarm in alarms.values())


def test_groups_count_what_the_dashboard_shows(stack: Synthesised) -> None:
    groups = {
        group["Properties"]["GroupName"]: group["Properties"]["FilterExpression"]
        for group in stack.resources("AWS::XRay::Group").values()
    }
    conditions = {
        "fault": "{ fault = true }",
        "error": "{ error = true }",
        "429": "{ throttle = true }",
        "slow": "{ responsetime > 1 }",
    }
    assert groups == {
        "dev-watch-all": 'service("ledger") OR service("billing")',
        **{
            f"dev-watch-{kind}": f'service("ledger") {condition} OR service("billing") {condition}'
            for kind, condition in conditions.items()
        },
    }
    text = dashboard_text(stack)
    assert [name for name in groups if f'"GroupName","{name}"' not in text] == []


def test_groups_select_services_by_their_name_in_xray(watched: Watched) -> None:
    service = {"name": "ledger", "image": "nginx:1", "cluster": "shared"}
    services = [
        service | {"tracing_name": "dev-ledger"},
        service | {"name": "billing", "environment": {"AWS_XRAY_TRACING_NAME": "paper"}},
    ]

    stack = watched({"alarms": False}, keys={"services": services})[NAME]

    expressions = {
        group["Properties"]["GroupName"]: group["Properties"]["FilterExpression"]
        for group in stack.resources("AWS::XRay::Group").values()
    }
    assert expressions["dev-watch-all"] == 'service("dev-ledger") OR service("paper")'


def test_the_dashboard_leads_from_the_map_to_each_service_s_logs(stack: Synthesised) -> None:
    document = json.loads(dashboard_text(stack))
    titles = [widget["properties"].get("title", "") for widget in document["widgets"]]
    assert len(document["widgets"]) == 9
    assert {"Troubles in the collectors' logs", "Collector alarms"} <= set(titles)
    links, sampling = (
        widget["properties"]["markdown"]
        for widget in document["widgets"]
        if widget["type"] == "text"
    )
    for service in ("ledger", "billing"):
        for log in ("xray", "app"):
            assert f"log-group/$252Ffq$252Fdev$252F{service}$252Finstance$252F{log}" in links
    assert "#/service-map" in links
    rows = [line for line in sampling.splitlines() if line[0].isdigit()]
    assert [row.split(" | ")[1] for row in rows] == ["dev-checkout", "dev-rest"]
    queries = [
        widget["properties"]["query"] for widget in document["widgets"] if widget["type"] == "log"
    ]
    assert "SOURCE '/fq/dev/ledger/instance/xray' | SOURCE '/fq/dev/billing/inst" in queries[0]
    assert "Sending segment batch failed" in queries[0]
    assert "/fq/dev/billing/instance/app" in queries[1]


def test_a_slow_answer_is_what_the_file_says(watched: Watched) -> None:
    stack = watched({"alarms": False, "slow_seconds": 2.5})[NAME]
    expressions = [
        group["Properties"]["FilterExpression"]
        for group in stack.resources("AWS::XRay::Group").values()
    ]
    assert any("responsetime > 2.5" in expression for expression in expressions)
    assert "slower than 2.5 s" in dashboard_text(stack)
    assert "Collector alarms" not in dashboard_text(stack)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({"slow_seconds": 0.0}, "must be more than 0 (got 0.0"),
        ({"alarm_topic": "ops"}, "must be the ARN of an SNS topic (got 'ops'"),
    ],
)
def test_values_that_cannot_work_are_refused(
    environment: Callable[..., Environment], keys: dict[str, Any], shown: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(shown)):
        environment(keys)


def test_a_service_of_the_stack_s_name_is_refused_where_there_is_such_a_stack(
    tmp_path: Path, reads_well: Callable[[object], bool]
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - {name: a, priority: 1, fixed_rate: 1}\n")
    text = (
        "name: dev\nnamespace: fq\nsampling_rules: rules.yaml\n"
        "services:\n  - {name: monitoring, image: 'nginx:1'}\n"
    )
    path = tmp_path / "dev.yaml"
    path.write_text(text)
    assert Environment.from_file(path).services[0].name == "monitoring"

    path.write_text(text + "monitoring: {}\n")
    with pytest.raises(ConfigurationError) as raised:
        Environment.from_file(path)
    (problem,) = map(str, raised.value.problems)
    assert reads_well(problem)
    assert "already the name of the monitoring stack" in problem


def test_what_two_environments_would_share_is_among_the_names(
    environment: Callable[..., Environment],
) -> None:
    added = environment({}).physical_names() - environment(None).physical_names()
    assert {name for _, name in added} >= {NAME, "fq-dev-xray", "dev-watch-slow"}


def test_cfn_lint_and_cdk_nag_find_nothing(watched: Watched, tmp_path: Path) -> None:
    watched({"alarm_topic": TOPIC}, check=check_with_nag, folder=tmp_path)
    templates = list(tmp_path.rglob("*.template.json"))
    assert any(f"dev{'monitoring'}" in path.name for path in templates)
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "cfn-lint"), *map(str, templates)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("monitoring", "said"),
    [
        (
            "{dashboard: false, alarms: false}",
            "dashboard or alarms must be true (got false for both). Leave monitoring out",
        ),
        (
            "{alarms: false, alarm_topic: 'arn:aws:sns:eu-west-1:111122223333:all'}",
            "alarm_topic and alarms: false cannot be combined. Keep one.",
        ),
    ],
)
def test_monitoring_that_watches_nothing_is_refused(
    tmp_path: Path, monitoring: str, said: str
) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [{name: all, priority: 100, fixed_rate: 0.5}]\n")
    file = tmp_path / "dev.yaml"
    file.write_text(
        "name: dev\nnamespace: fq\nsampling_rules: rules.yaml\n"
        f"services: [{{name: web, image: 'nginx:1', cluster: shared}}]\nmonitoring: {monitoring}\n"
    )

    with pytest.raises(ConfigurationError) as refused:
        Environment.from_file(file)

    (problem,) = refused.value.problems
    assert said in str(problem)
