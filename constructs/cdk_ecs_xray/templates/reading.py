"""Makes the model from the stacks of an assembly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cdk_ecs_xray.templates.container import Place
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.model import Resource, Stack, TaskDefinition
from cdk_ecs_xray.templates.references import References
from cdk_ecs_xray.templates.roles import managed_policies_of, statements_of
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.tasks import TASK_DEFINITION, Surroundings, read_task_definition

_KEY = re.compile(r"(?P<indent>\s*)[\"']?(?P<name>[A-Za-z0-9]+)[\"']?\s*:")


def read_model(sources: Sequence[StackSource]) -> Sequence[Stack]:
    """Return the stacks with what tracing depends on; what templates leave open stays unknown."""
    references = References(sources)
    resources = {source.path: _resources(source, references.resolver(source)) for source in sources}
    everywhere = [resource for found in resources.values() for resource in found]
    surroundings = Surroundings.of(sources, everywhere)
    stacks = [_stack(source, resources[source.path], surroundings) for source in sources]
    served = {
        stack.source.environment for stack in stacks if any(map(_is_daemon, stack.task_definitions))
    }
    return [
        replace(
            stack,
            task_definitions=[
                replace(task, beside_daemon=stack.source.environment in served)
                for task in stack.task_definitions
            ],
        )
        for stack in stacks
    ]


def _is_daemon(task: TaskDefinition) -> bool:
    """Return whether a collector runs on every instance, for the apps of other tasks."""
    return task.is_traced and not task.apps and any(service.daemon for service in task.services)


def _stack(source: StackSource, resources: Sequence[Resource], surroundings: Surroundings) -> Stack:
    return Stack(
        source=source,
        task_definitions=[
            read_task_definition(source, resource, surroundings)
            for resource in resources
            if resource.type == TASK_DEFINITION
        ],
        resources=resources,
        statements=[statement for resource in resources for statement in statements_of(resource)],
        managed_policies=[
            (resource.place, arn) for resource in resources for arn in managed_policies_of(resource)
        ],
    )


def _resources(source: StackSource, resolver: Resolver) -> Sequence[Resource]:
    lines = _lines_of_keys(source.text)
    return [
        Resource(
            place=_place(source, logical_id, resource, lines.get(logical_id, 1)),
            logical_id=logical_id,
            key=_key(source, logical_id),
            exists=resolver.exists(logical_id),
            condition=None if resource.get("Condition") is None else str(resource["Condition"]),
            ruled_out=resolver.ruled_out(logical_id),
            type=str(resource.get("Type")),
            properties=resolver.properties(logical_id),
        )
        for logical_id, resource in source.template["Resources"].items()
        if isinstance(resource, Mapping)
    ]


def _key(source: StackSource, logical_id: str) -> str:
    # An address distinguishes a resource from all others of its document, whatever that is called.
    return logical_id if source.form == "terraform" else f"{source.path}#{logical_id}"


def _lines_of_keys(text: str) -> Mapping[str, int]:
    """Return the line of every key, of the one that is indented least where it is there twice."""
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key = _KEY.match(line)
        if key is not None:
            place = (len(key["indent"]), number)
            found[key["name"]] = min(found.get(key["name"], place), place)
    return {name: number for name, (_, number) in found.items()}


def _place(source: StackSource, logical_id: str, resource: Mapping[str, Any], line: int) -> Place:
    path = (resource.get("Metadata") or {}).get("aws:cdk:path")
    shown = logical_id
    if isinstance(path, str):
        # What a developer wrote; CDK appends the name of the L1 construct.
        shown = path.removesuffix("/Resource")
    return Place(
        stack=source.path,
        resource=shown,
        file=source.file,
        line=line,
        source=source.source_lines.get(logical_id),
        whole=source.form == "terraform",
    )
