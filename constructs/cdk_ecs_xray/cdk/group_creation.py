"""A log group that only an app's log driver creates."""

from __future__ import annotations

from collections.abc import Sequence

import jsii
from aws_cdk import ArnFormat, IResolveContext, IStringProducer, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.cdk.execution_role import grant_execution
from cdk_ecs_xray.cdk.log_driver import CREATES_GROUP


@jsii.implements(IStringProducer)
class GroupCreation:
    """Lets the collector's log driver create a group that an app's log driver creates.

    The collector starts before the apps, so it would look for the group first. Which apps there
    are is known when the template is written.

    :param scope: owns the policy of an execution role that is not this stack's own.
    :param log_group: the user's, which the collector writes to.
    """

    def __init__(self, scope: Construct, log_group: logs.ILogGroup) -> None:
        self._scope = scope
        self._log_group = log_group
        self._wanted = False

    def carry_over(self, container: ecs.ContainerDefinition) -> None:
        """Create the group like an app does that logs to it, with the permission to do so."""
        if self._wanted or not self._is_created_by(container):
            return
        self._wanted = True
        role = container.task_definition.obtain_execution_role()
        grant_execution(self._scope, role, self._statements())

    def produce(self, context: IResolveContext) -> str | None:  # noqa: ARG002 - jsii passes it
        """Return the option's value; without one CDK leaves the option out."""
        return "true" if self._wanted else None

    def _is_created_by(self, container: ecs.ContainerDefinition) -> bool:
        driver = container.log_driver_config
        if driver is None or driver.log_driver != "awslogs":
            return False
        resolve = Stack.of(container).resolve
        options = resolve(driver.options) or {}
        return (
            options.get("awslogs-group") == resolve(self._log_group.log_group_name)
            and str(options.get(CREATES_GROUP)).lower() == "true"
        )

    def _statements(self) -> Sequence[iam.PolicyStatement]:
        arn = Stack.of(self._log_group).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self._log_group.log_group_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return [iam.PolicyStatement(actions=["logs:CreateLogGroup"], resources=[arn, f"{arn}:*"])]
