"""Names the part of aws-cdk-lib that sets a member, for templates that CDK wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cdk_ecs_xray.errors import Problem

# How aws-cdk-lib's constructs call what a template spells so; jsii's name, which Python writes in
# snake case.
_CDK: Mapping[str, str] = {
    "DependsOn": "addContainerDependencies",
    "Essential": "essential",
    "ExecutionRoleArn": "executionRole",
    "HostPort": "hostPort",
    "Links": "addLink",
    "NetworkMode": "networkMode",
    "ReadonlyRootFilesystem": "readonlyRootFilesystem",
    "RetentionInDays": "retention",
    "TaskRoleArn": "taskRole",
    "User": "user",
}
_MEMBER = re.compile(rf"(?<![\w.'])(?P<name>{'|'.join(_CDK)})(?![\w'])")


def with_cdk_name(problem: Problem) -> Problem:
    """Return a problem with CDK's name of the member that it is about behind its fix."""
    named = _MEMBER.search(problem.what)
    if named is None:
        return problem
    return replace(problem, fix=f"{problem.fix} In CDK: {_CDK[named['name']]}.")
