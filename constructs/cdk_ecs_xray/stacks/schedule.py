"""Tasks that EventBridge Scheduler starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.environments.access import statement
from cdk_ecs_xray.environments.schedule import Schedule
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.roles import document, trust
from cdk_ecs_xray.stacks.tokens import attribute, ref
from cdk_ecs_xray.templates.spelling import declared

SCHEDULE = "Schedule"
SCHEDULE_ROLE = "ScheduleRole"


def add_schedule(
    contents: Contents,
    *,
    schedule: Schedule,
    name: str,
    cluster_arn: str,
    task_definition: str,
    passed_roles: Sequence[str],
    parameters: Mapping[str, Any],
    after: Sequence[str],
) -> None:
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
    contents.add(
        SCHEDULE_ROLE,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(
                "scheduler.amazonaws.com",
                condition={"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
            ),
            "Policies": [{"PolicyName": "RunTask", "PolicyDocument": document(statements)}],
        },
    )
    contents.add(
        SCHEDULE,
        "AWS::Scheduler::Schedule",
        {
            "Name": name,
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.timezone,
            "State": "ENABLED" if schedule.enabled else "DISABLED",
            "FlexibleTimeWindow": declared(schedule.flexible_time_window, None),
            "Target": {
                "Arn": cluster_arn,
                "RoleArn": attribute(SCHEDULE_ROLE, "Arn"),
                "RetryPolicy": {"MaximumRetryAttempts": schedule.retries},
                "EcsParameters": {
                    "TaskDefinitionArn": task_definition,
                    "TaskCount": schedule.task_count,
                    **parameters,
                },
                **({} if queue is None else {"DeadLetterConfig": {"Arn": queue}}),
            },
        },
        after=after,
    )
