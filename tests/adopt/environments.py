"""A cloud assembly with one service, as synthesis writes it, without running it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.stages import stacks_of
from tests.adopt.terraform_states import ASSUME, GROUP


def service_template(**service: Any) -> dict[str, Any]:
    """A service with its task definition, task role and log group."""
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": ASSUME},
            },
            "Group": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": GROUP, "RetentionInDays": 30},
                "DeletionPolicy": "Delete",
            },
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "Family": "fq-dev-ledger-watcher",
                    "NetworkMode": "bridge",
                    "RequiresCompatibilities": ["EC2"],
                    "TaskRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "ContainerDefinitions": [],
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": "shared-dev",
                    "DesiredCount": 2,
                    "LaunchType": "EC2",
                    "SchedulingStrategy": "REPLICA",
                    "ServiceName": "fq-dev-ledger-watcher",
                    "TaskDefinition": {"Ref": "Task"},
                    **service,
                },
                "DependsOn": ["Policy"],
            },
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "new"}},
        }
    }


def assembly(
    folder: Path, *, environment: str = "unknown-account/unknown-region", **stacks: Any
) -> Path:
    """Write an assembly without Stages."""
    folder.mkdir(parents=True, exist_ok=True)
    artifacts = {}
    for name, template in stacks.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{environment}",
            "properties": {"templateFile": f"{name}.json", "stackName": name},
        }
    manifest = {"version": "48.0.0", "artifacts": artifacts}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def stacks(folder: Path) -> list[StackSource]:
    return list(stacks_of(folder, environment=None))
