"""The environments of a folder in an app: all that an app of the kit has to call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray.environments.folder import read_environments, select
from cdk_ecs_xray.stacks.stage import EnvironmentStage


def add_environments(
    scope: Construct, folder: str | Path = "environments", *, only: str | None = None
) -> Mapping[str, cdk.Stage]:
    """Provision the environments that a folder's files describe, each as a CDK Stage.

    A Stage has the environment's name, a stack for its sampling rules, one for each service, and
    others that the file asks for. Costs what the files say: tasks, log groups, and the instances
    of a cluster that is created. Grants each service's task role to send traces.

    :param scope: the app, or what holds its Stages.
    :param folder: the files, one for each environment, and none that is anything else.
    :param only: the environment to add. The others are read all the same, since they have to fit
        together.
    :raises EcsXRayError: with every problem of every file, before anything is added.
    """
    environments = read_environments(folder)
    return {
        environment.name: EnvironmentStage(
            scope, environment=environment, environments=environments
        )
        for environment in select(environments, only)
    }
