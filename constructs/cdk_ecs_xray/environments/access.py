"""What the roles of a service must allow, as statements of a policy. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID, WRITE_ACTIONS, log_needs
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.task_definition import Surroundings
from cdk_ecs_xray.environments.values import resolved
from cdk_ecs_xray.inject import Injection
from cdk_ecs_xray.plan.execution import Need, Place, execution_needs
from cdk_ecs_xray.plan.image_pull import pull_needs

Statement = Mapping[str, Any]
_EXECUTE_COMMAND = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
_MOUNT = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")


def statement(
    actions: Iterable[str], resources: Sequence[Any], *, sid: str | None = None
) -> Statement:
    """Return an allowing statement in the spelling that CDK's own have."""

    def one_or_all(values: Sequence[Any]) -> Any:
        return values[0] if len(values) == 1 else list(values)

    found = {
        "Action": one_or_all(sorted(actions)),
        "Effect": "Allow",
        "Resource": one_or_all(list(resources)),
    }
    return found if sid is None else {**found, "Sid": sid}


def task_statements(
    service: Service, injection: Injection, place: Surroundings
) -> Sequence[Statement]:
    """Return what the app and its collector do as the task role."""
    description = injection.description
    actions = WRITE_ACTIONS if description is None else description.actions
    found = [statement(actions, ["*"], sid=WRITE_ACCESS_SID)]
    if description is not None and description.assumes_role is not None:
        found.append(statement(["sts:AssumeRole"], [description.assumes_role]))
    where = Place(partition=place.partition, region=place.region, account=place.account)
    groups = () if description is None else description.written_log_groups
    found += [statement(need.actions, need.resources) for need in log_needs(groups, where)]
    if service.execute_command:
        found.append(statement(_EXECUTE_COMMAND, ["*"]))
    arn = f"arn:{place.partition}:elasticfilesystem:{place.region}:{place.account}:file-system"
    found += [
        statement(_MOUNT, [joined(f"{arn}/", resolved(volume.efs.file_system))])
        for volume in service.volumes.values()
        if volume.efs is not None and volume.efs.iam
    ]
    return found


def execution_statements(
    content: Mapping[str, Any],
    place: Surroundings,
    *,
    created_groups: Mapping[str, Any],
    cache_prefix: str | None,
) -> Sequence[Statement]:
    """Return what ECS does as the execution role before the containers run.

    :param content: the traced task definition.
    :param created_groups: the ARNs of log groups that the service creates, by what the task
        definition calls them.
    :param cache_prefix: of the environment's pull-through cache.
    """
    containers = content["containerDefinitions"]
    written = [arn for group, arn in created_groups.items() if group in map(_log_group, containers)]
    found = []
    if written:
        found.append(statement(["logs:CreateLogStream", "logs:PutLogEvents"], written))
    where = Place(partition=place.partition, region=place.region, account=place.account)
    others = [
        {name: value for name, value in container.items() if name != "logConfiguration"}
        if _log_group(container) in created_groups
        else container
        for container in containers
    ]
    needs: list[Need] = []
    for image in (str(container.get("image")) for container in containers):
        cached = cache_prefix is not None and f"/{cache_prefix}/" in image
        needs += pull_needs(image, partition=place.partition, through_cache=cached)
    needs += execution_needs(others, where)
    return [
        *found,
        *(statement(need.actions, need.resources) for need in dict.fromkeys(needs)),
    ]


def joined(text: str, value: Any) -> Any:
    """Return a text that goes on with a value which may be an import."""
    return f"{text}{value}" if isinstance(value, str) else {"Fn::Join": ["", [text, value]]}


def _log_group(container: Mapping[str, Any]) -> Any:
    configuration = container.get("logConfiguration") or {}
    if configuration.get("logDriver") != "awslogs":
        return None
    return (configuration.get("options") or {}).get("awslogs-group")
