"""What the execution role needs, from the members that ECS documents for it."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.plan.execution import Place, execution_needs

PLACE = Place(partition="aws-cn", region="cn-north-1", account="111122223333")
LOG_ARN = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/ecs/a"
PAY = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pay"
PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/db"


def needs(**container: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for need in execution_needs([container], PLACE):
        for action in need.actions:
            found.setdefault(action, []).extend(need.resources)
    return found


def secret(value: str) -> dict[str, Any]:
    return {"secrets": [{"name": "S", "valueFrom": value}]}


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (secret(PARAMETER), {"ssm:GetParameters": [PARAMETER]}),
        (
            secret("/db/password"),
            {"ssm:GetParameters": ["arn:aws-cn:ssm:cn-north-1:111122223333:parameter/db/password"]},
        ),
        (
            secret(f"{PAY}-AbC123:key::"),
            {"secretsmanager:GetSecretValue": [f"{PAY}-AbC123"]},
        ),
        (secret(PAY), {"secretsmanager:GetSecretValue": [PAY, f"{PAY}-??????"]}),
        (
            {"repositoryCredentials": {"credentialsParameter": f"{PAY}-AbC123"}},
            {"secretsmanager:GetSecretValue": [f"{PAY}-AbC123"]},
        ),
        (
            {
                "logConfiguration": {
                    "logDriver": "splunk",
                    "secretOptions": [{"name": "splunk-token", "valueFrom": PARAMETER}],
                }
            },
            {"ssm:GetParameters": [PARAMETER]},
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x/y.env"}]},
            {
                "s3:GetObject": ["arn:aws:s3:::b/x/y.env"],
                "s3:GetBucketLocation": ["arn:aws:s3:::b"],
            },
        ),
        (
            {
                "firelensConfiguration": {
                    "type": "fluentbit",
                    "options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/f"},
                }
            },
            {"s3:GetObject": ["arn:aws:s3:::b/f"], "s3:GetBucketLocation": ["arn:aws:s3:::b"]},
        ),
        ({"image": "nginx:1", "secrets": None, "logConfiguration": {"logDriver": "syslog"}}, {}),
    ],
)
def test_each_member_brings_its_own_need(
    container: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    assert needs(**container) == expected


@pytest.mark.parametrize("create", ["true", "TRUE", "false", None])
def test_a_log_group_that_is_created_at_the_start_may_be_created(create: str | None) -> None:
    options = {"awslogs-group": "/ecs/a", "awslogs-create-group": create}
    found = needs(logConfiguration={"logDriver": "awslogs", "options": options})

    assert found["logs:PutLogEvents"] == [f"{LOG_ARN}:*"]
    assert ("logs:CreateLogGroup" in found) is (str(create).lower() == "true")


def test_a_log_in_another_region_is_written_there() -> None:
    options = {"awslogs-group": "/ecs/a", "awslogs-region": "eu-west-1"}
    (resource,) = needs(logConfiguration={"logDriver": "awslogs", "options": options})[
        "logs:CreateLogStream"
    ]
    assert ":eu-west-1:" in resource


def test_a_value_of_the_deployment_may_be_of_either_kind() -> None:
    assert set(needs(**secret("${Token[TOKEN.1]}"))) == {
        "ssm:GetParameters",
        "secretsmanager:GetSecretValue",
    }


def test_what_two_containers_share_is_needed_once() -> None:
    assert len(execution_needs([secret(PARAMETER), secret(PARAMETER)], PLACE)) == 1
