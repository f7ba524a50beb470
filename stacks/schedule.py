"""Tasks that EventBridge Scheduler starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from cdk_ecs_xray.environments.access import statement
from cdk_ecs_xray.environments.schedule import Schedule
from stacks.roles import document, trust
from stacks.tokens import attribute, ref, with_tokens

SCHEDULE = "Schedule"
SCHEDULE_ROLE = "ScheduleRole"


def add_schedule(
    scope: Construct,
    *,
    schedule: Schedule,
    name: str,
    cluster_arn: str,
    task_definition: str,
    passed_roles: Sequence[str],
    parameters: Mapping[str, Any],
) -> scheduler.CfnSchedule:
    """Provision a schedule and the role that it runs tasks with.

    The role may run this task in this cluster, and pass its roles. Costs by the run, after many
    free ones a month.

    :param parameters: how the task runs, in the spelling of ``EcsParameters``.
    """
    queue = schedule.dead_letter_queue
    statements = [
        {
            **statement(["ecs:RunTask"], [task_definition]),
            "Condition": {"ArnEquals": {"ecs:cluster": cluster_arn}},
        },
        {
            **statement(["iam:PassRole"], passed_roles),
            "Condition": {"StringLike": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
        # Tags of the task are set as it starts.
        {
            **statement(["ecs:TagResource"], ["*"]),
            "Condition": {"StringEquals": {"ecs:CreateAction": ["RunTask"]}},
        },
        *([] if queue is None else [statement(["sqs:SendMessage"], [queue])]),
    ]
    iam.CfnRole(
        scope,
        SCHEDULE_ROLE,
        assume_role_policy_document=trust(
            "scheduler.amazonaws.com",
            condition={"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
        ),
        policies=[{"policyName": "RunTask", "policyDocument": document(statements)}],
    )
    return scheduler.CfnSchedule(
        scope,
        SCHEDULE,
        name=name,
        schedule_expression=schedule.expression,
        schedule_expression_timezone=schedule.timezone,
        state="ENABLED" if schedule.enabled else "DISABLED",
        flexible_time_window=schedule.flexible_time_window,
        target={
            "arn": cluster_arn,
            "roleArn": attribute(SCHEDULE_ROLE, "Arn"),
            "retryPolicy": {"maximumRetryAttempts": schedule.retries},
            "ecsParameters": with_tokens(
                {
                    "taskDefinitionArn": task_definition,
                    "taskCount": schedule.task_count,
                    **parameters,
                }
            ),
            **({} if queue is None else {"deadLetterConfig": {"arn": queue}}),
        },
    )
