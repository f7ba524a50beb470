"""A template written by hand that is right, to be spoilt one way at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.rule import Finding, findings
from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.model import Stack
from cdk_ecs_xray.templates.reading import read_model

WRITE_ACTIONS = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
]

RIGHT: Mapping[str, Any] = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Policies": [
                    {
                        "PolicyDocument": {
                            "Statement": [
                                {"Effect": "Allow", "Action": WRITE_ACTIONS, "Resource": "*"}
                            ]
                        }
                    }
                ]
            },
        },
        "ExecutionRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
                ]
            },
        },
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/fq/dev/orders/instance/xray", "RetentionInDays": 30},
        },
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "orders",
                "NetworkMode": "bridge",
                "RequiresCompatibilities": ["EC2"],
                "TaskRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "ExecutionRoleArn": {"Fn::GetAtt": ["ExecutionRole", "Arn"]},
                "ContainerDefinitions": [
                    {
                        "Name": "app",
                        "Image": "orders:7",
                        "Links": ["xray"],
                        "DependsOn": [{"ContainerName": "xray", "Condition": "START"}],
                        "Environment": [
                            {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray:2000"},
                            {"Name": "AWS_XRAY_CONTEXT_MISSING", "Value": "LOG_ERROR"},
                        ],
                    },
                    {
                        "Name": "xray",
                        "Image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
                        "Essential": False,
                        "MemoryReservation": 256,
                        "Command": ["--buffer-memory", "16", "--local-mode"],
                        "Environment": [{"Name": "AWS_REGION", "Value": "eu-west-1"}],
                        "PortMappings": [{"ContainerPort": 2000, "HostPort": 0, "Protocol": "udp"}],
                        "LogConfiguration": {
                            "LogDriver": "awslogs",
                            "Options": {"awslogs-group": "/fq/dev/orders/instance/xray"},
                        },
                    },
                ],
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {"TaskDefinition": {"Ref": "Task"}, "Cluster": "shop", "DesiredCount": 2},
        },
    }
}


@pytest.fixture
def right() -> dict[str, Any]:
    """A template without findings."""
    return copy.deepcopy(dict(RIGHT))


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Sequence[Stack]]:
    """Return the model of templates, a cloud assembly's stack each."""

    def read(*templates: Mapping[str, Any], environments: Sequence[str] = ()) -> Sequence[Stack]:
        artifacts = {}
        for position, template in enumerate(templates):
            file = f"Stack{position}.template.json"
            (tmp_path / file).write_text(json.dumps(template, indent=1))
            artifacts[f"Stack{position}"] = {
                "type": "aws:cloudformation:stack",
                "environment": [*environments, *["aws://unknown-account/unknown-region"] * 9][
                    position
                ],
                "properties": {"templateFile": file},
            }
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        return read_model(read_stacks(str(tmp_path)))

    return read


@pytest.fixture
def found(model: Callable[..., Sequence[Stack]]) -> Callable[..., Sequence[Finding]]:
    """Return what the rules find in templates."""
    return lambda *templates, **options: findings(RULES, model(*templates, **options))
