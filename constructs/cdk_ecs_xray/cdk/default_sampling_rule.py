"""X-Ray's Default rule in an account and region."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.sampling import DefaultRule

_HANDLER = Path(__file__).with_name("default_sampling_rule_handler.py")
_TIMEOUT = Duration.minutes(2)


class XRayDefaultSamplingRule(Construct):
    """Sets the rule that decides about requests no other rule matches.

    CloudFormation can't manage that rule, so a Lambda function of 60 lines does, from this
    package and with the rights to read rules and change this one. Deleting the construct puts
    the values back that the rule had before it; changes made by others in between are lost.
    An account and region has one Default rule: use this once there. Costs nothing measurable:
    the function runs when the values change.

    :param default: the rate and the reservoir.
    """

    def __init__(self, scope: Construct, construct_id: str, *, default: DefaultRule) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.function: lambda_.IFunction = lambda_.Function(
            self,
            "Function",
            description="Sets X-Ray's Default sampling rule for CloudFormation",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(_HANDLER.read_text(encoding="utf-8")),
            timeout=_TIMEOUT,
            role=self._role(log_group),
            log_group=log_group,
        )
        self.resource: CustomResource = CustomResource(
            self,
            "Rule",
            service_token=self.function.function_arn,
            resource_type="Custom::XRayDefaultSamplingRule",
            # Without it CloudFormation waits an hour for a function that could not answer.
            service_timeout=Duration.minutes(5),
            properties={
                "FixedRate": default.fixed_rate,
                "ReservoirSize": default.reservoir_size,
            },
        )
        # CDK orders a function after its role, which the reference to it does already.
        self.function.node.default_child.add_metadata(  # type: ignore[union-attr]
            "cfn-lint", {"config": {"ignore_checks": ["W3005"]}}
        )

    def _role(self, log_group: logs.LogGroup) -> iam.Role:
        stack = Stack.of(self)
        default_rule = stack.format_arn(
            service="xray", resource="sampling-rule", resource_name="Default"
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Lets a function set X-Ray's Default sampling rule",
        )
        statements = (
            # Listing rules takes no resource (service authorization reference, X-Ray).
            ("ReadSamplingRules", ["xray:GetSamplingRules"], ["*"]),
            ("SetDefaultRule", ["xray:UpdateSamplingRule"], [default_rule]),
            (
                "WriteLog",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                [log_group.log_group_arn],
            ),
        )
        for sid, actions, resources in statements:
            role.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources))
        return role
