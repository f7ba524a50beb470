"""What a template holds once it is written, which overrides on an L1 show in nothing else.

CDK calls it as a policy validation plugin, after every template is written and before the command
ends. A plugin without a finding prints nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import (
    CfnResource,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Stack,
    Stage,
    Validations,
)
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from cdk_ecs_xray.cdk.overridden import overridden, strangers_added
from cdk_ecs_xray.cdk.permissions import late_boundary_problem
from cdk_ecs_xray.cdk.reach import late_reach
from cdk_ecs_xray.cdk.reference import jsii_reference
from cdk_ecs_xray.cdk.rendered import definitions_in, network_mode_of, resource_of
from cdk_ecs_xray.cdk.services import services_of
from cdk_ecs_xray.errors import EcsXRayError, Problem
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import read_text
from cdk_ecs_xray.printable import printable

PLUGIN = "cdk-ecs-xray"
# jsii holds Python's side of an object weakly, and CDK asks this one when all else is done.
_CHECKS: dict[str, _FinishedTemplates] = {}


@dataclass(frozen=True, kw_only=True)
class _Traced:
    """A collector of a task definition, and what tracing gave to the containers beside it."""

    container: ecs.ContainerDefinition
    variables: Sequence[str]
    wired: Collection[str]
    actions: Sequence[str]

    @property
    def task_definition(self) -> ecs.TaskDefinition:
        return self.container.task_definition


def check_when_finished(
    container: ecs.ContainerDefinition,
    variables: Iterable[str],
    wired: Collection[str],
    actions: Sequence[str],
) -> None:
    """Have a traced task compared with its template when that is written; in an app only.

    :param container: the collector's.
    :param variables: the names of the variables that lead apps to it.
    :param wired: the names of the containers that are given them, which may grow.
    :param actions: what the task role was granted.
    """
    root = container.node.root
    if not Stage.is_stage(root):
        return
    reference = jsii_reference(root)
    if reference not in _CHECKS:
        _CHECKS[reference] = _FinishedTemplates()
        Validations.of(root).add_plugins(_CHECKS[reference])
    task = _Traced(
        container=container, variables=tuple(variables), wired=wired, actions=tuple(actions)
    )
    _CHECKS[reference].tasks.append(task)


@jsii.implements(IPolicyValidationPlugin)
class _FinishedTemplates:
    """Compares traced tasks with the templates that were written; its findings are warnings."""

    def __init__(self) -> None:
        self.tasks: list[_Traced] = []
        self._templates: dict[Path, Mapping[str, Any]] = {}

    @property
    def name(self) -> str:
        return PLUGIN

    @property
    def rule_ids(self) -> list[str] | None:
        return None

    @property
    def version(self) -> str | None:
        return None

    def validate(
        self,
        context: IPolicyValidationContext,  # noqa: ARG002 - jsii passes it
    ) -> PolicyValidationPluginReport:
        """Return what is not as tracing needs it; called by CDK."""
        self._templates.clear()
        found: list[PolicyViolation] = []
        for task in self.tasks:
            try:
                found += self._violations(task)
            except Exception as failed:
                # A plugin that fails is a synthesis that fails, which no check here is worth.
                found.append(_not_compared(task, failed))
        return PolicyValidationPluginReport(success=True, violations=found)

    def _violations(self, task: _Traced) -> Iterator[PolicyViolation]:
        resource = resource_of(task.task_definition)
        finished = self._properties(resource)
        if finished is not None:
            for finding_id, problem in _differences(task, resource, finished):
                yield _violation(finding_id, problem, resource)
        yield from self._bounded(task)
        for service in services_of(task.task_definition):
            made = service.node.default_child
            properties = self._properties(made) if isinstance(made, ecs.CfnService) else None
            if made is not None and properties is not None:
                for finding_id, problem in late_reach(service, properties, task.container):
                    yield _violation(finding_id, problem, made)

    def _bounded(self, task: _Traced) -> Iterator[PolicyViolation]:
        role = task.task_definition.task_role
        resource = role.node.default_child if isinstance(role, iam.Role) else None
        if not isinstance(role, iam.Role) or not isinstance(resource, CfnResource):
            return
        boundary = (self._properties(resource) or {}).get("PermissionsBoundary")
        problem = late_boundary_problem(role, task.actions, boundary, self._resources(resource))
        if problem is not None:
            yield _violation("ecs-xray:permissions-boundary", problem, resource)

    def _properties(self, resource: CfnResource) -> Mapping[str, Any] | None:
        """Return a resource as its template has it; None where it cannot be read."""
        found = self._resources(resource).get(_logical_id(resource))
        properties = found.get("Properties") if isinstance(found, Mapping) else None
        return properties if isinstance(properties, Mapping) else None

    def _resources(self, resource: CfnResource) -> Mapping[str, Any]:
        """Return all resources of the template that a resource is in; none if it is unreadable."""
        stage, stack = Stage.of(resource), Stack.of(resource)
        if stage is None:
            return {}
        path = Path(stage.outdir) / stack.template_file
        if path not in self._templates:
            try:
                self._templates[path] = read_json(read_text(path), where=str(path))
            except EcsXRayError:
                # Too large for CloudFormation as well, which the deployment will show.
                self._templates[path] = {}
        found: Mapping[str, Any] = self._templates[path].get("Resources", {})
        return found


def _differences(
    task: _Traced, resource: ecs.CfnTaskDefinition, finished: Mapping[str, Any]
) -> Iterator[tuple[str, Problem]]:
    resolve = Stack.of(resource).resolve
    made = {
        "NetworkMode": network_mode_of(task.task_definition),
        "TaskRoleArn": resolve(resource.task_role_arn),
        "ExecutionRoleArn": resolve(resource.execution_role_arn),
        "ContainerDefinitions": definitions_in(resource),
    }
    where = task.task_definition.node.path
    changed = overridden(
        made,
        finished,
        collector=task.container.container_name,
        variables=task.variables,
        wired=task.wired,
    )
    if changed:
        yield (
            "ecs-xray:overridden",
            Problem(
                where=where,
                what="properties that tracing depends on must not be overridden",
                got="; ".join(changed),
                fix="Set it on the construct, before tracing is added, instead of with "
                "add_property_override.",
            ),
        )
    for name in strangers_added(made, finished, variables=task.variables):
        yield (
            "ecs-xray:container-not-traced",
            Problem(
                where=where,
                what="containers must be made with add_container to be traced",
                got=f"'{name}', set with add_property_override",
                fix="Add it with add_container, or set its variables, link and dependency "
                "yourself.",
            ),
        )


def _not_compared(task: _Traced, failed: Exception) -> PolicyViolation:
    resource = resource_of(task.task_definition)
    problem = Problem(
        where=task.task_definition.node.path,
        what="the finished template could not be compared",
        got=f"{type(failed).__name__}: {failed}",
        fix="Check it with `ecs-xray review`, and report this.",
    )
    return _violation("ecs-xray:not-compared", problem, resource)


def _violation(finding_id: str, problem: Problem, resource: IConstruct) -> PolicyViolation:
    return PolicyViolation(
        rule_name=finding_id,
        description=printable(f"{problem.where}: {problem.clause}"),
        fix=problem.fix,
        severity="warning",
        violating_resources=[
            PolicyViolatingResource(construct_path=resource.node.path, locations=[])
        ],
    )


def _logical_id(resource: CfnResource) -> str:
    found: str = Stack.of(resource).resolve(resource.logical_id)
    return found
