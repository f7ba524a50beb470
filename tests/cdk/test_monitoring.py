"""XRayDashboard and XRayCollectorAlarms in a stack of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns

from cdk_ecs_xray import (
    ConfigurationError,
    MonitoredService,
    XRayCollectorAlarms,
    XRayDashboard,
    XRaySidecar,
    XRayTracing,
)
from cdk_ecs_xray.collectors.log_lines import Trouble

if TYPE_CHECKING:
    from tests.conftest import Synthesised

ORDERS = MonitoredService(name="orders")


def test_they_take_the_sidecar_s_own_log_group(
    synthesise: Callable[..., Synthesised],
) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = ecs.Ec2TaskDefinition(stack, "Orders")
        task_definition.add_container(
            "orders", image=ecs.ContainerImage.from_registry("orders:7"), memory_limit_mib=256
        )
        task_definition.add_extension(XRayTracing())
        log_group = XRaySidecar.of(task_definition).log_group
        assert log_group is not None
        alarms = XRayCollectorAlarms(stack, "Alarms", environment="dev", log_groups=[log_group])
        alarms.alarms[Trouble.LOSES_SEGMENTS].add_alarm_action(
            actions.SnsAction(sns.Topic(stack, "Topic"))
        )
        XRayDashboard(
            stack,
            "Dashboard",
            environment="dev",
            services=[MonitoredService(name="orders", collector_log_group=log_group)],
            alarms=alarms,
        )

    stack = synthesise(build)
    (log_group,) = stack.resources("AWS::Logs::LogGroup")
    for metric_filter in stack.resources("AWS::Logs::MetricFilter").values():
        assert metric_filter["Properties"]["LogGroupName"] == {"Ref": log_group}
    told = [
        alarm["Properties"]["MetricName"]
        for alarm in stack.resources("AWS::CloudWatch::Alarm").values()
        if "AlarmActions" in alarm["Properties"]
    ]
    assert told == ["CollectorLosesSegments"]


def test_a_dashboard_needs_neither_alarms_nor_rules_nor_logs(
    synthesise: Callable[..., Synthesised],
) -> None:
    stack = synthesise(
        lambda stack: XRayDashboard(stack, "Dashboard", environment="dev", services=[ORDERS])
    )
    assert len(stack.resources("AWS::XRay::Group")) == 5
    assert "DashboardName" not in stack.properties("AWS::CloudWatch::Dashboard")


def test_the_links_of_a_region_of_china_lead_there(assemble: Callable[..., Any]) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "Stack", env=cdk.Environment(region="cn-north-1"))
        XRayDashboard(stack, "Dashboard", environment="dev", services=[ORDERS])

    body = assemble(build)["Stack"].properties("AWS::CloudWatch::Dashboard")["DashboardBody"]
    assert "console.amazonaws.cn/xray/home?region=cn-north-1" in str(body)


def test_a_log_group_without_a_name_of_its_own_is_linked_by_the_name_it_will_have(
    synthesise: Callable[..., Synthesised],
) -> None:
    def build(stack: cdk.Stack) -> None:
        orders = MonitoredService(name="orders", collector_log_group=logs.LogGroup(stack, "Log"))
        XRayDashboard(stack, "Dashboard", environment="dev", services=[orders])

    body = synthesise(build).properties("AWS::CloudWatch::Dashboard")["DashboardBody"]
    _, parts = body["Fn::Join"]
    before = next(part for part in parts if str(part).endswith("log-group/"))
    (log,) = synthesise(build).resources("AWS::Logs::LogGroup")
    assert parts[parts.index(before) + 1] == {"Ref": log}
    assert "TOKEN" not in str(body)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"services": []}, "services is required"),
        ({"services": [MonitoredService(name='a"b')]}, "must be without quotes"),
        ({"environment": "e" * 21}, "environment must be at most 20 characters"),
        ({"slow_seconds": 0}, "slow_seconds must be more than 0 (got 0"),
    ],
)
def test_a_dashboard_that_cannot_work_is_refused(
    options: dict[str, Any], shown: str, reads_well: Callable[[object], bool]
) -> None:
    arguments: dict[str, Any] = {"environment": "dev", "services": [ORDERS], **options}
    with pytest.raises(ConfigurationError) as raised:
        XRayDashboard(cdk.Stack(cdk.App(), "Stack"), "Dashboard", **arguments)
    (problem,) = map(str, raised.value.problems)
    assert shown in problem
    assert reads_well(problem)


@pytest.mark.parametrize("log_groups", [[], [None]])
def test_alarms_without_a_log_are_refused(
    log_groups: list[None], reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        XRayCollectorAlarms(
            cdk.Stack(cdk.App(), "Stack"), "Alarms", environment="dev", log_groups=log_groups
        )
    assert reads_well(str(raised.value.problems[0]))


@pytest.mark.parametrize("construct", [XRayDashboard, XRayCollectorAlarms])
def test_the_cost_is_stated(construct: type[object]) -> None:
    assert "Costs $" in (construct.__doc__ or "")
