"""States as Terraform writes them, of the reference setup and what is around it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

ACCOUNT = "111122223333"
REGION = "eu-west-1"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shared-dev"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shared-dev/fq-dev-ledger-watcher"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/fq-dev-ledger-watcher:1"
GROUP = "/fq/dev/ledger-watcher/instance/xray"
ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        }
    ],
}
SECRET = "postgres://ledger:hunter2@db"  # noqa: S105 - what no report may show
WRITE = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
]


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def containers(**environment: str) -> list[dict[str, Any]]:
    """The reference setup's two, as ECS gives them back to Terraform."""
    variables = {"AWS_XRAY_DAEMON_ADDRESS": "fq-dev-xray:2000", **environment}
    return [
        {
            "name": "ledger-watcher",
            "image": "public.ecr.aws/docker/library/nginx:1.29.3-alpine",
            "cpu": 128,
            "memoryReservation": 256,
            "essential": True,
            "environment": [{"name": name, "value": value} for name, value in variables.items()],
            "links": ["fq-dev-xray"],
            "mountPoints": [],
            "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
            "volumesFrom": [],
        },
        {
            "name": "fq-dev-xray",
            "image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
            "cpu": 32,
            "memoryReservation": 256,
            "essential": True,
            "environment": [],
            "mountPoints": [],
            "portMappings": [{"containerPort": 2000, "hostPort": 0, "protocol": "udp"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": GROUP,
                    "awslogs-region": REGION,
                    "awslogs-stream-prefix": "xray",
                },
            },
            "volumesFrom": [],
        },
    ]


def resource(
    kind: str,
    name: str,
    *attributes: Mapping[str, Any],
    sensitive: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """One resource with an instance for each mapping of attributes."""
    paths = [[{"type": "get_attr", "value": attribute}] for attribute in sensitive]
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [
            {
                "schema_version": 0,
                "attributes": dict(one),
                "sensitive_attributes": paths,
            }
            for one in attributes
        ],
        **more,
    }


def reference_resources(*, desired_count: int = 2, retention: int = 14) -> list[dict[str, Any]]:
    """What the reference setup's Terraform keeps of one service in dev."""
    return [
        resource(
            "aws_cloudwatch_log_group",
            "xray",
            {
                "name": GROUP,
                "retention_in_days": retention,
                "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}",
                "kms_key_id": "",
                "tags": None,
                "tags_all": {},
            },
        ),
        resource(
            "aws_iam_role",
            "task",
            {
                "name": "ledger-watcher-task",
                "arn": role_arn("ledger-watcher-task"),
                "path": "/",
                "max_session_duration": 3600,
                "assume_role_policy": json.dumps(ASSUME),
                "managed_policy_arns": [],
            },
        ),
        resource(
            "aws_iam_role_policy",
            "xray",
            {
                "name": "xray",
                "role": "ledger-watcher-task",
                "policy": json.dumps(
                    {
                        "Statement": [
                            {
                                "Sid": "XRayDaemonWriteAccess",
                                "Effect": "Allow",
                                "Action": WRITE,
                                "Resource": ["*"],
                            }
                        ]
                    }
                ),
            },
        ),
        resource(
            "aws_ecs_task_definition",
            "this",
            {
                "family": "fq-dev-ledger-watcher",
                "arn": TASK,
                "network_mode": "bridge",
                "requires_compatibilities": ["EC2"],
                "task_role_arn": role_arn("ledger-watcher-task"),
                "execution_role_arn": "",
                "cpu": None,
                "container_definitions": json.dumps(containers(LEDGER_DSN=SECRET)),
                "volume": [],
            },
        ),
        resource(
            "aws_ecs_service",
            "ecs-watcher",
            {
                "name": "fq-dev-ledger-watcher",
                "id": SERVICE,
                "cluster": CLUSTER,
                "task_definition": TASK,
                "desired_count": desired_count,
                "launch_type": "EC2",
                "scheduling_strategy": "REPLICA",
                "deployment_maximum_percent": 200,
                "deployment_minimum_healthy_percent": 100,
                "deployment_circuit_breaker": [{"enable": False, "rollback": False}],
                "enable_ecs_managed_tags": False,
                "enable_execute_command": False,
                "propagate_tags": "NONE",
                "load_balancer": [],
            },
        ),
    ]


def state(*resources: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": 4,
        "terraform_version": "1.13.4",
        "serial": 7,
        "lineage": "5f1c9a0e-0000-4000-8000-000000000000",
        "outputs": {},
        "resources": list(resources),
        "check_results": None,
    }


def sampling_rule(name: str, **attributes: Any) -> dict[str, Any]:
    return resource(
        "aws_xray_sampling_rule",
        name.replace("-", "_"),
        {
            "rule_name": name,
            "arn": f"arn:aws:xray:{REGION}:{ACCOUNT}:sampling-rule/{name}",
            "priority": 100,
            "fixed_rate": 0.5,
            "reservoir_size": 0,
            "service_name": "*",
            "service_type": "*",
            "host": "*",
            "http_method": "*",
            "url_path": "/checkout/*",
            "resource_arn": "*",
            "version": 1,
            "attributes": {},
            **attributes,
        },
    )
