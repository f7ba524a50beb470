"""The collector's log group."""

from __future__ import annotations

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

RETENTION_DAYS = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    2192: logs.RetentionDays.SIX_YEARS,
    2557: logs.RetentionDays.SEVEN_YEARS,
    2922: logs.RetentionDays.EIGHT_YEARS,
    3288: logs.RetentionDays.NINE_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}
"""CDK's name of every retention that CloudWatch Logs offers, by its number of days."""

DEFAULT_RETENTION = logs.RetentionDays.ONE_MONTH
DEFAULT_REMOVAL_POLICY = RemovalPolicy.DESTROY


class XRayLogGroup(logs.LogGroup):
    """Provisions the log group that a collector writes to.

    A quiet daemon writes about a line per batch of 50 segments; CloudWatch charges for ingestion
    and storage by the gigabyte.

    :param log_group_name: the physical name; None lets CloudFormation choose one.
    :param retention: how long lines are kept, one month by default. CloudWatch's own default is
        forever, which a collector's log is never worth.
    :param removal_policy: what happens to the group with its stack. Destroyed by default: a
        retained group of a fixed name makes the next deployment of the same stack fail.
    :param encryption_key: KMS key for the lines, in place of CloudWatch's own. Grants CloudWatch
        Logs its use in the key's policy; an imported key's owner has to do that.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        log_group_name: str | None = None,
        retention: logs.RetentionDays = DEFAULT_RETENTION,
        removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            log_group_name=log_group_name,
            retention=retention,
            removal_policy=removal_policy,
            encryption_key=encryption_key,
        )
        if encryption_key is not None:
            name = "*" if log_group_name is None else log_group_name
            let_logs_use(encryption_key, Stack.of(self), name)


def let_logs_use(key: kms.IKey, stack: Stack, log_group_name: str) -> None:
    """Allow CloudWatch Logs to use the key for a group; CDK leaves that to the caller.

    The policy of an imported key stays as it is.
    """
    log_group = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=log_group_name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            actions=[
                "kms:Decrypt*",
                "kms:Describe*",
                "kms:Encrypt*",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.{stack.url_suffix}")],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_group}},
        )
    )
