"""X-Ray's Default rule in an account and region."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_ecs_xray.cdk.own_function import own_function
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
        default_rule = Stack.of(self).format_arn(
            service="xray", resource="sampling-rule", resource_name="Default"
        )
        self.function: lambda_.IFunction = own_function(
            self,
            handler=_HANDLER,
            description="Sets X-Ray's Default sampling rule for CloudFormation",
            may="Lets a function set X-Ray's Default sampling rule",
            statements=(
                # Listing rules takes no resource (service authorization reference, X-Ray).
                ("ReadSamplingRules", ["xray:GetSamplingRules"], ["*"]),
                ("SetDefaultRule", ["xray:UpdateSamplingRule"], [default_rule]),
            ),
            timeout=_TIMEOUT,
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
