"""Containers of a traced task that CDK made without ``add_container``."""

from __future__ import annotations

from aws_cdk import Annotations
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk.rendered import strangers_in
from cdk_ecs_xray.errors import Problem


def warn_of_strangers(task_definition: ecs.TaskDefinition) -> None:
    """Warn of containers that an L1 property holds and no construct represents."""
    for stranger in strangers_in(task_definition):
        Annotations.of(task_definition).add_warning_v2(
            "ecs-xray:container-not-traced",
            str(
                Problem(
                    where=task_definition.node.path,
                    what="containers must be made with add_container to be traced",
                    got=f"'{stranger.get('Name')}', set on the CfnTaskDefinition",
                    fix="Add it with add_container, or set its variables, link and dependency "
                    "yourself.",
                )
            ),
        )
