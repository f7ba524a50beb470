"""CloudWatch Transaction Search in an account and region."""

from __future__ import annotations

from pathlib import Path

import jsii
from aws_cdk import Annotations, ArnFormat, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IValidation

from cdk_ecs_xray.cdk.log_group import let_logs_use
from cdk_ecs_xray.cdk.own_function import Statement, own_function
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.transaction_search import (
    INDEXED_FREE,
    LOG_GROUPS,
    POLICY_NAME,
    SERVICE,
    SPANS,
    percentage_problem,
)

_HANDLER = Path(__file__).with_name("transaction_search_handler.py")
_TIMEOUT = Duration.minutes(3)
_COSTS = (
    "Transaction Search sends every span of this account and region to CloudWatch Logs, which "
    "charges for storing them. X-Ray indexes {percentage:g} % of the traces; 1 % is free."
)
_ROLE = "aws-service-role/application-signals.cloudwatch.amazonaws.com/*"


class XRayTransactionSearch(Construct):
    """Turns on Transaction Search: spans go to the log group ``aws/spans``, and OTLP is taken.

    A setting of the whole account and region, so use it once there, in a stack of its own.
    CloudFormation's own resource fails where it is on already, and deleting that resource can
    switch the account back. So a Lambda function from this package reads first: it makes the
    resource policy that lets X-Ray write spans, where there is none, then changes the
    destination, then the share that X-Ray indexes. X-Ray takes minutes to change over.

    Where it was on already, deleting the construct leaves it on and puts the percentage back.
    Costs: CloudWatch Logs charges for every span stored, X-Ray for spans indexed beyond 1 %
    (CloudWatch user guide, "Transaction Search").

    :param indexing_percentage: of traces that X-Ray finds by itself, 0 to 100. 1 by default,
        which is free.
    :param encryption_key: symmetric KMS key for the log group of spans, in place of CloudWatch's
        own, for spans that arrive from then on. Grants CloudWatch Logs its use, and the function
        ``logs:AssociateKmsKey``; an imported key's policy has to allow the former already. Replaces
        a key that the group has. Without the option, and after deleting the construct, the group
        keeps its key. None by default.
    :param removal_policy: ``RETAIN`` by default, as collectors that send OTLP are refused once it
        is off. ``DESTROY`` turns off what this construct turned on.
    :raises ConfigurationError: for a percentage outside 0 to 100, and another removal policy.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        indexing_percentage: float = INDEXED_FREE,
        encryption_key: kms.IKey | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        _check(indexing_percentage, removal_policy)
        super().__init__(scope, construct_id)
        self.function: lambda_.IFunction = own_function(
            self,
            handler=_HANDLER,
            description="Turns on CloudWatch Transaction Search for CloudFormation",
            may="Lets a function turn on CloudWatch Transaction Search",
            statements=self._statements(),
            timeout=_TIMEOUT,
        )
        self.function.add_to_role_policy(self._service_role())
        key = {} if encryption_key is None else self._encrypted_with(encryption_key)
        self.resource: CustomResource = CustomResource(
            self,
            "Search",
            service_token=self.function.function_arn,
            resource_type="Custom::XRayTransactionSearch",
            # Without it CloudFormation waits an hour for a function that could not answer.
            service_timeout=Duration.minutes(5),
            properties={
                "IndexingPercentage": indexing_percentage,
                "PolicyName": POLICY_NAME,
                "PolicyDocument": Stack.of(self).to_json_string(self._policy()),
                "TurnOff": removal_policy is RemovalPolicy.DESTROY,
                **key,
            },
        )
        Annotations.of(self).add_info_v2(
            "ecs-xray:transaction-search-costs", _COSTS.format(percentage=indexing_percentage)
        )
        self.node.add_validation(_OwnStack(self))

    def _policy(self) -> dict[str, object]:
        """As the user guide has it for CloudFormation."""
        stack = Stack.of(self)
        source = stack.format_arn(
            service="xray", resource="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TransactionSearch",
                    "Effect": "Allow",
                    "Principal": {"Service": SERVICE},
                    "Action": "logs:PutLogEvents",
                    "Resource": [f"{self._log_group(name)}:*" for name in LOG_GROUPS],
                    "Condition": {
                        "ArnLike": {"aws:SourceArn": source},
                        "StringEquals": {"aws:SourceAccount": stack.account},
                    },
                }
            ],
        }

    def _statements(self) -> list[Statement]:
        groups = [self._log_group(name) for name in LOG_GROUPS]
        return [
            # None of these takes a resource (service authorization reference).
            (
                "ReadAndSet",
                [
                    "xray:GetTraceSegmentDestination",
                    "xray:UpdateTraceSegmentDestination",
                    "xray:GetIndexingRules",
                    "xray:UpdateIndexingRule",
                    "logs:DescribeResourcePolicies",
                    "logs:PutResourcePolicy",
                    "logs:DeleteResourcePolicy",
                    "application-signals:StartDiscovery",
                ],
                ["*"],
            ),
            # X-Ray creates the log groups for whoever changes the destination.
            (
                "CreateLogGroups",
                ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutRetentionPolicy"],
                [*groups, *(f"{group}:*" for group in groups)],
            ),
        ]

    def _encrypted_with(self, key: kms.IKey) -> dict[str, str]:
        """Grant what it takes to give the log group a key, and return the function's property."""
        let_logs_use(key, Stack.of(self), SPANS)
        group = self._log_group(SPANS)
        for sid, actions, resources in (
            ("EncryptSpans", ["logs:AssociateKmsKey"], [group, f"{group}:*"]),
            ("ReadKey", ["kms:DescribeKey"], [key.key_arn]),
        ):
            self.function.add_to_role_policy(
                iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
            )
        return {"KmsKeyId": key.key_arn}

    def _service_role(self) -> iam.PolicyStatement:
        role = Stack.of(self).format_arn(
            service="iam", region="", resource="role", resource_name=_ROLE
        )
        return iam.PolicyStatement(
            sid="CreateServiceRole", actions=["iam:CreateServiceLinkedRole"], resources=[role]
        )

    def _log_group(self, name: str) -> str:
        return Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


@jsii.implements(IValidation)
class _OwnStack:
    """Refuses a stack with services: destroying one of those must not concern the account."""

    def __init__(self, search: XRayTransactionSearch) -> None:
        self._search = search

    def validate(self) -> list[str]:
        """Return what is wrong once the app is complete."""
        stack = Stack.of(self._search)
        services = (ecs.CfnService, ecs.CfnTaskDefinition)
        if not any(isinstance(one, services) for one in stack.node.find_all()):
            return []
        problem = Problem(
            where=self._search.node.path,
            what="must be in a stack without ECS services",
            got=f"stack {stack.stack_name}",
            fix="Put XRayTransactionSearch into a stack of its own, once per account and region.",
        )
        return [str(problem)]


def _check(indexing_percentage: float, removal_policy: RemovalPolicy) -> None:
    problem = percentage_problem(indexing_percentage)
    if problem is not None:
        raise ConfigurationError(problem.at("XRayTransactionSearch, indexing_percentage"))
    if removal_policy not in (RemovalPolicy.RETAIN, RemovalPolicy.DESTROY):
        raise ConfigurationError(
            Problem(
                where="XRayTransactionSearch",
                what="removal_policy must be RETAIN or DESTROY",
                got=str(removal_policy),
                fix="RETAIN leaves the account as it is.",
            )
        )
