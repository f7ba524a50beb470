"""A CloudWatch dashboard of what X-Ray, the collectors and the services' logs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack, Token, region_info
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_xray as xray
from constructs import Construct

from cdk_ecs_xray.cdk.alarms import XRayCollectorAlarms
from cdk_ecs_xray.cdk.dashboard_text import (
    collector_trouble_query,
    group_expression,
    links_text,
    sampling_text,
    trace_lines_query,
)
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.trace_groups import TRACE_KINDS, group_name
from cdk_ecs_xray.sampling import SamplingRuleSet

_FULL, _HALF, _THIRD = 24, 12, 8
_LONGEST_GROUP_NAME = 32


@dataclass(frozen=True, kw_only=True)
class MonitoredService:
    """A traced service, as the dashboard shows it.

    :param name: in X-Ray; the sidecar's ``AWS_XRAY_TRACING_NAME``.
    :param collector_log_group: where its collector writes; None without one of its own.
    :param application_log_group: where the app writes; None leaves its lines out.
    """

    name: str
    collector_log_group: logs.ILogGroup | None = None
    application_log_group: logs.ILogGroup | None = None


class XRayDashboard(Construct):
    """Provisions a dashboard of one environment, and the X-Ray groups that feed it.

    X-Ray publishes one metric, the number of traces of a group. So there are five groups: all
    traces of the services, and those with a fault, an error, a throttled or a slow answer;
    percentiles are in the trace map, which the dashboard links to. An account and region has 25
    groups, and X-Ray knows no environments: services of one name in another environment of the
    same account count too.

    Costs $3.00 a month beyond an account's first three dashboards, $0.50 per million traces that
    match a group after the first million, and $0.005 per gigabyte of logs searched whenever
    somebody looks (us-east-1, the price lists of CloudWatch and X-Ray, November 2026).

    :param environment: in front of every group's name, at most 20 characters.
    :param services: one or more.
    :param alarms: shown with their metrics; None leaves both out.
    :param sampling_rules: listed with their rates; None leaves them out.
    :param slow_seconds: what a slow answer is, more than 0.
    :param dashboard_name: the physical name; None lets CloudFormation choose one.
    :raises ConfigurationError: without a service, or for a value X-Ray would refuse.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        services: Sequence[MonitoredService],
        alarms: XRayCollectorAlarms | None = None,
        sampling_rules: SamplingRuleSet | None = None,
        slow_seconds: float = 1.0,
        dashboard_name: str | None = None,
    ) -> None:
        _refuse_unusable(construct_id, environment, services, slow_seconds)
        super().__init__(scope, construct_id)
        self._services = services
        self._environment = environment
        names = [service.name for service in services]
        self.groups: Mapping[str, xray.CfnGroup] = {
            kind: xray.CfnGroup(
                self,
                f"Group-{kind}",
                group_name=group_name(environment, kind),
                filter_expression=group_expression(kind, names, slow_seconds=slow_seconds),
            )
            for kind in TRACE_KINDS
        }
        self.dashboard: cloudwatch.Dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=dashboard_name,
            default_interval=Duration.hours(3),
            widgets=[
                [self._links()],
                self._trace_graphs(slow_seconds),
                self._collector_graphs(alarms),
                self._sampling(sampling_rules),
                self._log_lines(),
            ],
        )

    def _links(self) -> cloudwatch.IWidget:
        stack = Stack.of(self)
        partition = "aws"
        if not Token.is_unresolved(stack.region):
            partition = region_info.RegionInfo.get(stack.region).partition or partition
        text = links_text(
            self._environment,
            [
                (
                    service.name,
                    _name_of(service.collector_log_group),
                    _name_of(service.application_log_group),
                )
                for service in self._services
            ],
            region=stack.region,
            partition=partition,
        )
        return cloudwatch.TextWidget(
            markdown=text, width=_FULL, height=min(3 + len(self._services), 20)
        )

    def _trace_graphs(self, slow_seconds: float) -> list[cloudwatch.IWidget]:
        graphs = (
            ("Traces recorded, all services", ("all",)),
            ("Traces with a fault (5xx), an error (4xx), throttled (429)",
             ("fault", "error", "429")),
            (f"Traces with an answer slower than {slow_seconds:g} s", ("slow",)),
        )  # fmt: skip
        return [
            cloudwatch.GraphWidget(
                title=title, left=[self._traces(kind) for kind in kinds], width=_THIRD
            )
            for title, kinds in graphs
        ]

    def _traces(self, kind: str) -> cloudwatch.IMetric:
        return cloudwatch.Metric(
            namespace="AWS/X-Ray",
            metric_name="ApproximateTraceCount",
            dimensions_map={"GroupName": group_name(self._environment, kind)},
            statistic="Sum",
            period=Duration.minutes(1),
            label=kind,
        )

    def _collector_graphs(self, alarms: XRayCollectorAlarms | None) -> list[cloudwatch.IWidget]:
        if alarms is None:
            return []
        return [
            cloudwatch.GraphWidget(
                title="Troubles in the collectors' logs",
                left=list(alarms.metrics.values()),
                width=_HALF,
            ),
            cloudwatch.AlarmStatusWidget(
                title="Collector alarms", alarms=list(alarms.alarms.values()), width=_HALF
            ),
        ]

    def _sampling(self, rules: SamplingRuleSet | None) -> list[cloudwatch.IWidget]:
        if rules is None:
            return []
        text = sampling_text(rules.qualified(self._environment))
        return [
            cloudwatch.TextWidget(markdown=text, width=_FULL, height=min(4 + len(rules.rules), 20))
        ]

    def _log_lines(self) -> list[cloudwatch.IWidget]:
        collectors = [service.collector_log_group for service in self._services]
        apps = [service.application_log_group for service in self._services]
        searches = (
            ("Troubles of the collectors", collectors, collector_trouble_query()),
            ("Lines of the services that name a trace", apps, trace_lines_query()),
        )
        return [
            cloudwatch.LogQueryWidget(
                title=title,
                log_group_names=list(dict.fromkeys(names)),
                query_lines=list(query),
                width=_HALF,
                height=8,
            )
            for title, groups, query in searches
            if (names := [group.log_group_name for group in groups if group is not None])
        ]


def _name_of(log_group: logs.ILogGroup | None) -> str | None:
    return None if log_group is None else log_group.log_group_name


def _refuse_unusable(
    where: str, environment: str, services: Sequence[MonitoredService], slow_seconds: float
) -> None:
    problems = []
    if not services:
        problems.append(
            Problem(
                where=where,
                what="services is required",
                fix="Pass at least one MonitoredService.",
            )
        )
    problems += [
        Problem(
            where=where,
            what="a service's name must be without quotes",
            got=f"{service.name!r}",
            fix="X-Ray cannot filter by others.",
        )
        for service in services
        if '"' in service.name
    ]
    longest = max(len(group_name(environment, kind)) for kind in TRACE_KINDS)
    if longest > _LONGEST_GROUP_NAME:
        room = _LONGEST_GROUP_NAME - longest + len(environment)
        problems.append(
            Problem(
                where=where,
                what=f"environment must be at most {room} characters, as X-Ray's group names have "
                "it in front",
                got=f"{len(environment)} in '{environment}'",
                fix="Shorten it.",
            )
        )
    if slow_seconds <= 0:
        problems.append(
            Problem(
                where=where,
                what="slow_seconds must be more than 0",
                got=str(slow_seconds),
                fix="1 is usual.",
            )
        )
    if problems:
        raise ConfigurationError(*problems)
