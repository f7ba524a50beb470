"""What watches an environment."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ecs_xray import MonitoredService, XRayCollectorAlarms, XRayDashboard
from cdk_ecs_xray.environments.environment import MONITORING_STACK, Environment
from cdk_ecs_xray.environments.monitoring import Monitoring
from cdk_ecs_xray.environments.service import Service


class MonitoringStack(cdk.Stack):
    """Provisions the dashboard and the collectors' alarms of an environment.

    Costs what :class:`XRayDashboard` and :class:`XRayCollectorAlarms` cost.

    :param monitoring: which of them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        monitoring: Monitoring,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(MONITORING_STACK),
            description=f"Dashboard and alarms for the tracing of {environment.name}",
            tags=dict(environment.tags) or None,
        )
        services = [self._monitored(environment, service) for service in environment.services]
        self.alarms = (
            XRayCollectorAlarms(
                self,
                "Alarms",
                environment=environment.name,
                log_groups=[service.collector_log_group for service in services],
                actions=self._actions(monitoring.alarm_topic),
            )
            if monitoring.alarms
            else None
        )
        if monitoring.dashboard:
            self.dashboard = XRayDashboard(
                self,
                "Dashboard",
                environment=environment.name,
                services=services,
                alarms=self.alarms,
                sampling_rules=environment.sampling_rules,
                slow_seconds=monitoring.slow_seconds,
                dashboard_name=environment.dashboard_name,
            )

    def _monitored(self, environment: Environment, service: Service) -> MonitoredService:
        naming = environment.naming(service)

        # By name, so that no service waits for this stack before its update.
        def log_group(purpose: str, name: str) -> logs.ILogGroup:
            return logs.LogGroup.from_log_group_name(self, f"{service.name}{purpose}", name)

        return MonitoredService(
            name=service.traced_as,
            collector_log_group=log_group("CollectorLog", naming.log_group_name),
            # A task definition of the user's own logs where it says itself.
            application_log_group=(
                log_group("ApplicationLog", naming.application_log_group_name)
                if any(app.log_group is None for app in service.apps)
                else None
            ),
        )

    def _actions(self, topic: str | None) -> list[cloudwatch.IAlarmAction]:
        if topic is None:
            return []
        return [actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic))]
