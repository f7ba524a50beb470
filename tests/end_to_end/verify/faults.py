"""What goes wrong in deployments, done and undone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.verify.traffic import LOG_GROUP, STACK, write_collector_log

if TYPE_CHECKING:
    pass

DENIED = (
    "2026-11-20T22:57:03Z [Error] Sending segment batch failed with: operation error XRay: "
    "PutTraceSegments, https response error StatusCode: 403, RequestID: 1, api error "
    "AccessDeniedException: User is not authorized"
)


@contextmanager
def changed_rule(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("xray")
    update = client.update_sampling_rule
    update(SamplingRuleUpdate={"RuleName": "dev-checkout", "FixedRate": 1})
    yield
    update(SamplingRuleUpdate={"RuleName": "dev-checkout", "FixedRate": 0.5})


@contextmanager
def deleted_log_group(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.delete_log_group(logGroupName=LOG_GROUP)
    yield
    client.create_log_group(logGroupName=LOG_GROUP)
    client.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=30)
    write_collector_log(aws)


@contextmanager
def endless_log_group(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.delete_retention_policy(logGroupName=LOG_GROUP)
    yield
    client.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=30)


def task_role(aws: EmbeddedAws) -> str:
    definition = aws.client("ecs").describe_task_definition(taskDefinition=STACK)
    role: str = definition["taskDefinition"]["taskRoleArn"].rpartition("/")[2]
    return role


@contextmanager
def detached_policy(aws: EmbeddedAws) -> Iterator[None]:
    client, role = aws.client("iam"), task_role(aws)
    (name,) = client.list_role_policies(RoleName=role)["PolicyNames"]
    document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    client.delete_role_policy(RoleName=role, PolicyName=name)
    yield
    client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def service_of(aws: EmbeddedAws) -> dict[str, str]:
    resources = aws.client("cloudformation").list_stack_resources(StackName=STACK)
    (arn,) = (
        summary["PhysicalResourceId"]
        for summary in resources["StackResourceSummaries"]
        if summary["ResourceType"] == "AWS::ECS::Service"
    )
    return {"cluster": arn.split("/")[-2], "service": arn}


@contextmanager
def moved_service(aws: EmbeddedAws) -> Iterator[None]:
    client, service = aws.client("ecs"), service_of(aws)
    definition = client.describe_task_definition(taskDefinition=f"{STACK}:1")["taskDefinition"]
    members = ("family", "networkMode", "containerDefinitions", "taskRoleArn", "executionRoleArn")
    client.register_task_definition(**{name: definition[name] for name in members})
    client.update_service(**service, taskDefinition=f"{STACK}:2")
    yield
    client.update_service(**service, taskDefinition=f"{STACK}:1")
    client.deregister_task_definition(taskDefinition=f"{STACK}:2")


@contextmanager
def scaled_to_nothing(aws: EmbeddedAws) -> Iterator[None]:
    client, service = aws.client("ecs"), service_of(aws)
    client.update_service(**service, desiredCount=0)
    yield
    client.update_service(**service, desiredCount=1)


@contextmanager
def denied_collector(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.create_log_stream(logGroupName=LOG_GROUP, logStreamName="xray/1")
    now = int(time.time() * 1000)
    lines = (DENIED, "2026-11-20T22:57:04Z [Info] Successfully sent batch of 50 segments", DENIED)
    client.put_log_events(
        logGroupName=LOG_GROUP,
        logStreamName="xray/1",
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )
    yield
    client.delete_log_stream(logGroupName=LOG_GROUP, logStreamName="xray/1")


@contextmanager
def deleted_rule(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("xray")
    (rule,) = (
        record["SamplingRule"]
        for record in client.get_sampling_rules()["SamplingRuleRecords"]
        if record["SamplingRule"]["RuleName"] == "dev-checkout"
    )
    client.delete_sampling_rule(RuleName="dev-checkout")
    yield
    rule.pop("RuleARN")
    client.create_sampling_rule(SamplingRule=rule)


@contextmanager
def changed_default_rule(aws: EmbeddedAws) -> Iterator[None]:
    update = aws.client("xray").update_sampling_rule
    update(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 1})
    yield
    update(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.1})


@contextmanager
def changed_group(aws: EmbeddedAws) -> Iterator[None]:
    update = aws.client("xray").update_group
    update(GroupName="dev-faults", FilterExpression="error")
    yield
    update(GroupName="dev-faults", FilterExpression="fault")
