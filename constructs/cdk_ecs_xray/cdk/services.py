"""The ECS services of an app by the task definition that they run."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.reference import jsii_reference

# Of the app that is synthesized: one walk over it answers for all of its task definitions. Services
# that an aspect adds after the first question are not found.
_INDEX: dict[str, dict[str, list[ecs.BaseService]]] = {}


def services_of(task_definition: ecs.TaskDefinition) -> Sequence[ecs.BaseService]:
    """Return the services that run a task definition, as far as CDK made them."""
    root = task_definition.node.root
    reference = jsii_reference(root)
    if reference not in _INDEX:
        _INDEX.clear()
        _INDEX[reference] = _services(root)
    return _INDEX[reference].get(jsii_reference(task_definition), [])


def _services(root: IConstruct) -> dict[str, list[ecs.BaseService]]:
    found: dict[str, list[ecs.BaseService]] = {}
    for node in root.node.find_all():
        if isinstance(node, ecs.BaseService):
            found.setdefault(jsii_reference(node.task_definition), []).append(node)
    return found
