"""Metrics and alarms from what collectors write into their logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.collectors.log_lines import Trouble, filter_pattern
from cdk_ecs_xray.errors import ConfigurationError, Problem

_PERIOD = Duration.minutes(5)
# A batch that failed once is sent again, and a short failure of X-Ray passes; what is lost is
# lost at once.
_PERIODS = {
    Trouble.CANNOT_SEND: (2, 3),
    Trouble.LOSES_SEGMENTS: (1, 1),
    Trouble.CANNOT_SAMPLE: (2, 3),
}
_DESCRIPTIONS = {
    Trouble.CANNOT_SEND: "Collectors do not get their segments to X-Ray",
    Trouble.LOSES_SEGMENTS: "Collectors lose segments",
    Trouble.CANNOT_SAMPLE: "SDKs do not get their sampling rules through the collector",
}


class XRayCollectorAlarms(Construct):
    """Provisions metric filters on collectors' logs, and an alarm per kind of trouble.

    Costs $0.10 a month for each of the three alarms, and up to $0.30 for each of the three
    metrics: a custom metric is charged for the hours in which it has data, which here are those
    with trouble (us-east-1, CloudWatch's price list, November 2026). Grants nothing.

    :param environment: part of the metrics' namespace, ``ecs-xray/dev``.
    :param log_groups: of the collectors; all count into the same three metrics.
    :param actions: what happens when any of the alarms goes off, such as an SNS topic's message;
        none by default, and ``alarms`` takes one for a single alarm.
    :raises ConfigurationError: without any log group, or for a sidecar that has none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        log_groups: Sequence[logs.ILogGroup | None],
        actions: Sequence[cloudwatch.IAlarmAction] = (),
    ) -> None:
        present = [log_group for log_group in log_groups if log_group is not None]
        if not log_groups or len(present) < len(log_groups):
            raise ConfigurationError(
                Problem(
                    where=construct_id,
                    what="log_groups must hold the collectors' log groups"
                    if log_groups
                    else "log_groups is required",
                    got="None for a sidecar that logs elsewhere" if log_groups else None,
                    fix="Pass XRaySidecar.of(task_definition).log_group of sidecars that log to "
                    "CloudWatch.",
                )
            )
        super().__init__(scope, construct_id)
        namespace = f"ecs-xray/{environment}"
        self.metrics: Mapping[Trouble, cloudwatch.Metric] = {
            trouble: cloudwatch.Metric(
                namespace=namespace,
                metric_name=trouble.value,
                statistic="Sum",
                period=_PERIOD,
            )
            for trouble in Trouble
        }
        for number, log_group in enumerate(present):
            self._count(number, log_group)
        self.alarms: Mapping[Trouble, cloudwatch.Alarm] = {
            trouble: self._alarm(trouble, environment) for trouble in Trouble
        }
        for alarm in self.alarms.values():
            alarm.add_alarm_action(*actions)

    def _count(self, number: int, log_group: logs.ILogGroup) -> None:
        for trouble, metric in self.metrics.items():
            logs.MetricFilter(
                self,
                f"{trouble.value}{number}",
                log_group=log_group,
                filter_pattern=logs.FilterPattern.literal(filter_pattern(trouble)),
                metric_namespace=metric.namespace,
                metric_name=metric.metric_name,
                metric_value="1",
            )

    def _alarm(self, trouble: Trouble, environment: str) -> cloudwatch.Alarm:
        of_these, periods = _PERIODS[trouble]
        return cloudwatch.Alarm(
            self,
            f"{trouble.value}Alarm",
            metric=self.metrics[trouble],
            threshold=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            evaluation_periods=periods,
            datapoints_to_alarm=of_these,
            # The filters count troubles only, so no data is good news.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=(
                f"{_DESCRIPTIONS[trouble]} in {environment}. Causes and fixes: "
                f"ecs-xray verify --env {environment}"
            ),
        )
