"""What a shipped service can run."""

from __future__ import annotations

from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject import TracedTaskDefinitionFile


def require_ec2(file: TracedTaskDefinitionFile) -> None:
    """Refuse a task definition that cannot run on EC2 in bridge or host mode.

    :raises UnsupportedTaskDefinitionError: with every reason.
    """
    problems = []
    if file.network_mode == "awsvpc":
        problems.append(
            Problem(
                where=file.where,
                what="networkMode must be bridge or host for a shipped service",
                got="'awsvpc'",
                fix="Use TracedTaskDefinition in a stack of your own, which has the subnets that "
                "awsvpc needs.",
            )
        )
    elif "EC2" not in file.content.get("requiresCompatibilities", ["EC2"]):
        problems.append(
            Problem(
                where=file.where,
                what="requiresCompatibilities must name EC2 for a shipped service",
                got=", ".join(file.content["requiresCompatibilities"]),
                fix="Add it.",
            )
        )
    if problems:
        raise UnsupportedTaskDefinitionError(*problems)
