"""Says a member of a task definition as the reader's own file or program spells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.templates.spelling import api_name

Form = Literal["cloudformation", "api", "cdk"]

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
_MEMBERS = (*_CDK, "ContainerDefinitions", "ExtraHosts")
_MEMBER = re.compile(rf"(?<![\w.'])(?P<name>{'|'.join(_MEMBERS)})(?![\w'])")
_LINKS = re.compile(r"^links\b")


def as_written(problem: Problem, form: Form) -> Problem:
    """Return a problem with the members that it names in the spelling of what was reviewed.

    :param form: a template of CDK keeps CloudFormation's spelling and has CDK's beside it.
    """
    if form == "api":
        return replace(
            problem,
            what=_MEMBER.sub(lambda found: api_name(found["name"]), problem.what),
            fix=_MEMBER.sub(lambda found: api_name(found["name"]), problem.fix),
        )
    declared = replace(problem, what=_LINKS.sub("Links", problem.what))
    if form == "cloudformation":
        return declared
    named = _MEMBER.search(declared.what)
    if named is None or named["name"] not in _CDK:
        return declared
    return replace(declared, fix=f"{declared.fix} In CDK: {_CDK[named['name']]}.")
