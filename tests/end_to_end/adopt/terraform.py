"""Stands in for `terraform apply`: makes in the account what a state says, and fills in ARNs."""

from __future__ import annotations

import json
from typing import Any

from cdk_ecs_xray.local import EmbeddedAws


def apply(aws: EmbeddedAws, state: dict[str, Any], *, account: str, region: str) -> None:
    """Create the state's resources as Terraform's provider would, in its order."""
    place = {"account": account, "region": region}
    logs, iam, ecs = (aws.client(name, **place) for name in ("logs", "iam", "ecs"))
    ecs.create_cluster(clusterName="shared-dev")
    for resource in state["resources"]:
        attributes = resource["instances"][0]["attributes"]
        kind = resource["type"]
        if kind == "aws_cloudwatch_log_group":
            logs.create_log_group(logGroupName=attributes["name"])
            logs.put_retention_policy(
                logGroupName=attributes["name"], retentionInDays=attributes["retention_in_days"]
            )
        elif kind == "aws_iam_role":
            iam.create_role(
                RoleName=attributes["name"],
                AssumeRolePolicyDocument=attributes["assume_role_policy"],
            )
        elif kind == "aws_iam_role_policy":
            iam.put_role_policy(
                RoleName=attributes["role"],
                PolicyName=attributes["name"],
                PolicyDocument=attributes["policy"],
            )
        elif kind == "aws_ecs_task_definition":
            made = ecs.register_task_definition(
                family=attributes["family"],
                networkMode=attributes["network_mode"],
                requiresCompatibilities=attributes["requires_compatibilities"],
                taskRoleArn=attributes["task_role_arn"],
                containerDefinitions=json.loads(attributes["container_definitions"]),
            )["taskDefinition"]
            assert made["taskDefinitionArn"] == attributes["arn"]
        elif kind == "aws_ecs_service":
            service = ecs.create_service(
                cluster=attributes["cluster"],
                serviceName=attributes["name"],
                taskDefinition=attributes["task_definition"],
                desiredCount=attributes["desired_count"],
                launchType=attributes["launch_type"],
            )["service"]
            assert service["serviceArn"] == attributes["id"]
        elif kind == "aws_xray_sampling_rule":
            rule = aws.client("xray", **place).create_sampling_rule(
                SamplingRule={
                    "RuleName": attributes["rule_name"],
                    "Priority": attributes["priority"],
                    "FixedRate": attributes["fixed_rate"],
                    "ReservoirSize": attributes["reservoir_size"],
                    "ServiceName": attributes["service_name"],
                    "ServiceType": attributes["service_type"],
                    "Host": attributes["host"],
                    "HTTPMethod": attributes["http_method"],
                    "URLPath": attributes["url_path"],
                    "ResourceARN": attributes["resource_arn"],
                    "Version": attributes["version"],
                }
            )["SamplingRuleRecord"]["SamplingRule"]
            assert rule["RuleARN"] == attributes["arn"]
