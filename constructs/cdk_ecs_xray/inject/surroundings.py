"""What a task definition says of its network, region and logs. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.app_logs import log_options
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.inject.sidecar_json import awslogs
from cdk_ecs_xray.plan.wiring import Warned

_ARN_REGION = re.compile(r"arn:[a-z-]+:ecs:([a-z0-9-]+):")
_NEEDS_MODE = ("FARGATE", "MANAGED_INSTANCES")
"""Launch types for which ECS's default, bridge, is none."""


def network_mode_of(definition: Definition, options: TracingOptions) -> str:
    """Return the network mode: the file's, ECS's default for it, or the user's word for it.

    :raises UnsupportedTaskDefinitionError: where it is open, or not what the launch type has.
    """
    where, told = definition.where, options.network_mode
    found = definition.field.get("networkMode")
    mode = told if found is None or is_open(found) else found
    if is_open(found) and told is None:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=where,
                what="the network mode must be bridge, awsvpc or host",
                got=f"'{found}'",
                fix="Pass it with --network-mode (network_mode in Python).",
            )
        )
    if told is not None and mode != told:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=where,
                what=f"networkMode '{found}' and --network-mode '{told}' cannot be combined",
                fix="Keep one.",
            )
        )
    if mode is None:
        return _default_mode(definition)
    _require_fitting(definition, mode)
    return str(mode)


def region_of(
    definition: Definition, apps: Sequence[RawContainer], sidecar: RawContainer | None
) -> str | None:
    """Return the region that a file names; None where it names none, or logs go to several."""
    told = _variable(sidecar, "AWS_REGION")
    if told is not None:
        return told
    arn = definition.field.get("taskDefinitionArn")
    if isinstance(arn, str) and (found := _ARN_REGION.match(arn)) is not None:
        return found[1]
    regions = {log_options(app).get("awslogs-region") for app in apps} - {None}
    return regions.pop() if len(regions) == 1 else None


@dataclass(frozen=True, kw_only=True)
class LogChoice:
    """Where the collector's own log goes.

    :param configuration: None for the host's default driver.
    :param group: the log group, when it is not one that the file's containers write to already.
    """

    configuration: dict[str, Any] | None
    group: str | None
    warnings: Sequence[Warned] = ()


def log_choice(
    definition: Definition,
    apps: Sequence[RawContainer],
    options: TracingOptions,
    *,
    region: str | None,
) -> LogChoice:
    """Return the sidecar's log configuration.

    :raises UnsupportedTaskDefinitionError: where no log group is known: a task whose group does
        not exist cannot start, so none is made up.
    """
    if not options.writes_log:
        return LogChoice(configuration=None, group=None)
    # An unknown region is a problem of its own, which nothing made here survives.
    region = "" if region is None else region
    group = options.names.log_group if options.log_group is None else options.log_group
    logging = [found for app in apps if (found := log_options(app))]
    if group is not None:
        creates = _creates(logging, group)
        configuration = awslogs(group=group, region=region, creates_group=creates)
        return LogChoice(configuration=configuration, group=None if creates else group)
    # By name rather than by position, so that the order of containers decides nothing.
    present = sorted(
        (found["awslogs-group"], found.get("awslogs-region", region))
        for found in logging
        if isinstance(found.get("awslogs-group"), str)
    )
    if not present:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=definition.where,
                what="the collector's log group is required, and no container logs to one",
                fix="Pass an existing one as --log-group, its names as --namespace, --environment "
                "and --service, or --no-log.",
            )
        )
    group, log_region = present[0]
    return LogChoice(
        configuration=awslogs(
            group=group, region=log_region, creates_group=_creates(logging, group)
        ),
        group=None,
        warnings=_several_groups(definition.where, [one for one, _ in present]),
    )


def _several_groups(where: str, groups: Sequence[str]) -> Sequence[Warned]:
    if len(set(groups)) == 1:
        return ()
    return (
        Warned(
            id="ecs-xray:log-group-chosen",
            problem=Problem(
                where=where,
                what="the collector logs to the first of the containers' log groups",
                got=f"'{groups[0]}'",
                fix="Choose another with --log-group.",
            ),
        ),
    )


def _default_mode(definition: Definition) -> str:
    where = definition.where
    if definition.task is None:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=where,
                what="the network mode is required for a bare list of containers",
                fix="Pass it with --network-mode (network_mode in Python).",
            )
        )
    named = [launch_type for launch_type in _NEEDS_MODE if launch_type in definition.launch_types]
    if named:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=where,
                what=f"networkMode is required for {named[0]}, as ECS's default is bridge",
                fix='Add "networkMode": "awsvpc".',
            )
        )
    return "bridge"


def _require_fitting(definition: Definition, mode: str) -> None:
    if "FARGATE" in definition.launch_types and mode != "awsvpc":
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=definition.where,
                what="networkMode must be awsvpc on Fargate",
                got=f"'{mode}'",
                fix="Change it, or take FARGATE out of requiresCompatibilities.",
            )
        )
    if "EXTERNAL" in definition.launch_types and mode == "awsvpc":
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=definition.where,
                what="networkMode must be bridge or host on external instances",
                got="'awsvpc'",
                fix="Change it, or take EXTERNAL out of requiresCompatibilities.",
            )
        )


def _creates(logging: Sequence[dict[str, Any]], group: str) -> bool:
    """Return whether an app lets awslogs create the group, which the sidecar may need first."""
    return any(
        found.get("awslogs-group") == group
        and str(found.get("awslogs-create-group")).lower() == "true"
        for found in logging
    )


def _variable(container: RawContainer | None, name: str) -> str | None:
    if container is None:
        return None
    values = [
        pair.get("value") for pair in members(container, "environment") if pair["name"] == name
    ]
    return values[0] if values else None
