"""Inputs with one text at every place that a user names something at."""

from __future__ import annotations

import json
from typing import Any

WRITE_ACTIONS = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules"]


def template(name: str) -> str:
    """Return a template whose every name is the given one, and which review finds much in."""
    app = {
        "Name": name,
        "Image": f"{name}:1",
        "Command": [name],
        "Environment": [
            {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": f"a b {name}"},
            {"Name": "AWS_XRAY_CONTEXT_MISSING", "Value": name},
            {"Name": name, "Value": name},
        ],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": name}},
    }
    collector = {
        "Name": f"x{name}",
        "Image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
        "Essential": True,
        "Command": ["--buffer-memory", name],
        "Environment": [{"Name": "AWS_REGION", "Value": "eu-west-1"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": name}},
    }
    task = {
        "Family": name,
        "NetworkMode": "bridge",
        "TaskRoleArn": {"Fn::GetAtt": [f"Role{name}", "Arn"]},
        "ContainerDefinitions": [app, collector],
        "Tags": [{"Key": name, "Value": name}],
    }
    statement = {"Effect": "Allow", "Action": WRITE_ACTIONS, "Resource": f"arn:{name}"}
    role = {"Policies": [{"PolicyName": name, "PolicyDocument": {"Statement": [statement]}}]}
    resources = {
        f"Role{name}": ("AWS::IAM::Role", role),
        f"Log{name}": ("AWS::Logs::LogGroup", {"LogGroupName": name}),
        f"Task{name}": ("AWS::ECS::TaskDefinition", task),
        f"Queue{name}": ("AWS::SQS::Queue", {"QueueName": name, name: name}),
    }
    return json.dumps(
        {
            "Description": name,
            "Resources": {
                key: {"Type": kind, "Properties": properties}
                for key, (kind, properties) in resources.items()
            },
        }
    )


def task(name: str) -> dict[str, Any]:
    """Return a task definition as ECS spells it."""
    return {
        "family": name,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [
            {
                "name": name,
                "image": f"{name}:1",
                "memory": 256,
                "environment": [{"name": name, "value": name}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": name, "awslogs-region": "eu-west-1"},
                },
            }
        ],
    }


def rules(name: str) -> dict[str, Any]:
    """Return a rules file that takes the name wherever a rule may have one."""
    return {
        "rules": [
            {
                "name": "a",
                "priority": 1,
                "fixed_rate": 0.1,
                "url_path": f"/{name}"[:128],
                "host": name[:64],
                "service_name": name[:64],
                "environments": {name: {"fixed_rate": 0.5}},
                "attributes": {name[:32]: name[:32]},
            },
            {"name": "b", "priority": 2, "fixed_rate": 1, "url_path": "/*"},
        ]
    }
