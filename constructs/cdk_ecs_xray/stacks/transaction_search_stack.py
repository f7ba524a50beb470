"""CloudWatch Transaction Search, where an environment turns it on."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import XRayTransactionSearch
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.transaction_search import TransactionSearch
from cdk_ecs_xray.plan.transaction_search import LOG_GROUPS
from cdk_ecs_xray.stacks.acknowledged import acknowledge

_FINDINGS = {
    "IAM5[Resource::*]": "X-Ray's settings and the resource policies of CloudWatch Logs take no "
    "resource.",
    **{
        f"IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:{name}"
        ":*]": "The streams of one log group."
        for name in LOG_GROUPS
    },
    "IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/"
    "application-signals.cloudwatch.amazonaws.com/*]": "The one role of a service of AWS's.",
}


class TransactionSearchStack(cdk.Stack):
    """Provisions what :class:`XRayTransactionSearch` does, apart from every service.

    Costs by the span, for the whole account and region.

    :param search: the share of traces that X-Ray indexes, and what becomes of it in the end.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        search: TransactionSearch,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(construct_id),
            description=f"Transaction Search, turned on by {environment.name}",
            tags=dict(environment.tags) or None,
        )
        self.search = XRayTransactionSearch(
            self,
            "Search",
            indexing_percentage=search.indexing_percentage,
            removal_policy=(
                cdk.RemovalPolicy.DESTROY
                if search.removal_policy == "destroy"
                else cdk.RemovalPolicy.RETAIN
            ),
        )
        acknowledge(self.search, _FINDINGS)
