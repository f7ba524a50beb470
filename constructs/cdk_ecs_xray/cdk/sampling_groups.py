"""X-Ray groups in an account and region."""

from __future__ import annotations

from aws_cdk import aws_xray as xray
from constructs import Construct

from cdk_ecs_xray.sampling import SamplingRuleSet


class XRayGroups(Construct):
    """Provisions the X-Ray groups of one environment: trace maps and metrics of their own.

    Groups belong to an account and region; 25 are allowed. They cost nothing by themselves;
    insights cost by the trace.

    :param rules: read from a file with :meth:`SamplingRuleSet.from_file`.
    :param environment: put in front of every group's name.
    :raises SamplingRuleError: when a name is too long with the environment in front.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, rules: SamplingRuleSet, environment: str
    ) -> None:
        qualified = rules.qualified_groups(environment)
        super().__init__(scope, construct_id)
        self.groups: dict[str, xray.CfnGroup] = {
            # As for rules: a renamed group is a new resource, created before the old one goes.
            name: xray.CfnGroup(
                self,
                name,
                group_name=name,
                filter_expression=group.filter_expression,
                insights_configuration=xray.CfnGroup.InsightsConfigurationProperty(
                    insights_enabled=group.insights.enabled,
                    notifications_enabled=group.insights.notifications,
                ),
            )
            for name, group in qualified.items()
        }
