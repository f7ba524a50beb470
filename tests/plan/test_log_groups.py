"""Log groups among OpenTelemetry's resource attributes: appended, never in place of anything."""

from __future__ import annotations

import pytest

from cdk_ecs_xray.plan.log_groups import log_group_arn, with_log_groups

ARN = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/shop/orders"
OTHER = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/shop/audit"


def test_an_arn_is_of_the_right_partition() -> None:
    found = log_group_arn(
        "/shop/orders", partition="aws-cn", region="cn-north-1", account="111122223333"
    )
    assert found == ARN


@pytest.mark.parametrize(
    ("attributes", "arns", "expected"),
    [
        (None, [ARN], f"aws.log.group.arns={ARN}"),
        ("", [ARN], f"aws.log.group.arns={ARN}"),
        (None, [ARN, OTHER], f"aws.log.group.arns={ARN}&{OTHER}"),
        ("team=shop", [ARN], f"team=shop,aws.log.group.arns={ARN}"),
        ("team=shop,", [ARN], f"team=shop,aws.log.group.arns={ARN}"),
        ("team=shop", [], None),
        # Who names log groups has decided.
        ("aws.log.group.names=/mine", [ARN], None),
        (f"team=shop,aws.log.group.arns={OTHER}", [ARN], None),
    ],
)
def test_what_is_there_stays(attributes: str | None, arns: list[str], expected: object) -> None:
    assert with_log_groups(attributes, arns) == expected
