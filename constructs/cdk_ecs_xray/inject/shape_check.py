"""What of a file is not what ECS documents, and what it is instead. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.foreign_format import ForeignFormat, format_of, format_of_text
from cdk_ecs_xray.inject.placeholders import is_open

CONTAINERS = "containerDefinitions"

_LISTS: Mapping[str, tuple[str, ...]] = {
    "environment": ("name",),
    "secrets": ("name",),
    "dependsOn": ("containerName", "condition"),
    "portMappings": (),
}
"""Lists of mappings in a container, and the keys that each mapping needs."""
READ_LISTS = ("secrets", "portMappings")
"""Those that nothing is added to: a placeholder may be all of one."""

_WRITE = "Write what aws ecs register-task-definition takes."
_DESCRIBE = (
    "Pass the task definition itself, which "
    "aws ecs describe-task-definition --task-definition NAME prints."
)
_EXPORT = (
    "Register the task definition, then pass what aws ecs describe-task-definition prints, or "
    "write it as register-task-definition takes it."
)
_FIXES: Mapping[ForeignFormat, str] = {
    ForeignFormat.APPSPEC: _DESCRIBE,
    ForeignFormat.CLOUDFORMATION: "Use XRayTracing in a CDK app, and ecs-xray review for the "
    "template. For inject, put the task definition into a file of its own, in ECS's spelling.",
    ForeignFormat.CLOUDFORMATION_PROPERTIES: "Use XRayTracing for a CDK app, or write "
    "'containerDefinitions' and so on.",
    ForeignFormat.COMPOSE: _EXPORT,
    ForeignFormat.CONTAINER: "Put it into a list, [{…}], and pass --network-mode.",
    ForeignFormat.COPILOT: "Pass what copilot svc package prints to ecs-xray review, or " + _EXPORT,
    ForeignFormat.DOCKERFILE: _WRITE,
    ForeignFormat.IMAGE_DEFINITIONS: _DESCRIBE,
    ForeignFormat.KUBERNETES: "inject is for Amazon ECS. " + _WRITE,
    ForeignFormat.PULUMI_EXPORT: _EXPORT,
    ForeignFormat.PULUMI_PREVIEW: _EXPORT,
    ForeignFormat.SERVICE: _DESCRIBE,
    ForeignFormat.TASK_DEFINITIONS: "Pass one task definition at a time.",
    ForeignFormat.TERRAFORM: "inject does not write HCL. Put the containers into a JSON file "
    "that templatefile() or file() reads, and pass that file with --network-mode.",
    ForeignFormat.TERRAFORM_LOG: _DESCRIBE,
    ForeignFormat.TERRAFORM_JSON: "Pass the JSON file that container_definitions is made of, or "
    "what aws ecs describe-task-definition prints.",
}


def require_task_definition(content: Any, *, where: str) -> None:
    """Refuse what is no task definition and no list of containers, with all that is wrong.

    :raises ConfigurationError: with everything that is not what ECS documents.
    """
    foreign = None if _has_containers(content) else format_of(content)
    if isinstance(content, str):
        foreign = format_of_text(content)
    if foreign is not None:
        raise ConfigurationError(not_a_task_definition(foreign, where=where))
    if isinstance(content, Mapping):
        problems = _of_task(where, content)
    elif isinstance(content, list):
        problems = _of_containers(where, content)
    else:
        problems = [_no_task_definition(where, kind_of(content))]
    if problems:
        raise ConfigurationError(*problems)


def not_a_task_definition(foreign: ForeignFormat, *, where: str) -> Problem:
    """Return what to say of a file in another format."""
    return _no_task_definition(where, str(foreign), fix=_FIXES[foreign])


def kind_of(value: Any) -> str:
    """Return how messages call a value."""
    if value is None:
        return "null"
    if is_open(value):
        return f"the placeholder '{value}'"
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a mapping" if isinstance(value, Mapping) else f"{value!r}"


def _no_task_definition(where: str, got: str, *, fix: str = _WRITE) -> Problem:
    return Problem(where=where, what="the file must hold a task definition", got=got, fix=fix)


def _has_containers(content: Any) -> bool:
    return isinstance(content, Mapping) and content.get(CONTAINERS) is not None


def _of_task(where: str, task: Mapping[str, Any]) -> Sequence[Problem]:
    problems = []
    launch_types = task.get("requiresCompatibilities")
    if not (launch_types is None or isinstance(launch_types, list) or is_open(launch_types)):
        problems.append(
            Problem(
                where=where,
                what="requiresCompatibilities must be a list",
                got=kind_of(launch_types),
                fix='Such as ["FARGATE"].',
            )
        )
    return [*problems, *_of_containers(where, task.get(CONTAINERS))]


def _of_containers(where: str, containers: Any) -> Sequence[Problem]:
    if isinstance(containers, list) and containers:
        return [
            problem
            for position, container in enumerate(containers)
            for problem in _of_container(where, position, container)
        ]
    if containers is None:
        return [Problem(where=where, what=f"{CONTAINERS} is required", fix=_WRITE)]
    return [
        Problem(
            where=where,
            what=f"{CONTAINERS} must be a list of at least one container",
            got=kind_of(containers),
            fix=_fill_first(containers) or _WRITE,
        )
    ]


def _of_container(where: str, position: int, container: Any) -> Sequence[Problem]:
    place = f"{where}, container {position + 1}"
    if not isinstance(container, Mapping):
        return [
            Problem(
                where=place,
                what="it must be a mapping",
                got=kind_of(container),
                fix=_fill_first(container) or "Write its keys.",
            )
        ]
    if "name" not in container:
        return [Problem(where=place, what="name is required", fix="Write the container's name.")]
    name = container["name"]
    if not isinstance(name, str) or not name:
        return [
            Problem(
                where=place,
                what="name must be text",
                got=kind_of(name),
                fix="Write the container's name.",
            )
        ]
    place = f"{where}, container '{name}'"
    return [
        problem
        for key, needed in _LISTS.items()
        for problem in _of_list(place, key, container.get(key), needed)
    ] + list(_of_links(place, container.get("links")))


def _of_links(place: str, links: Any) -> Sequence[Problem]:
    if links is None or (isinstance(links, list) and all(isinstance(one, str) for one in links)):
        return ()
    return (
        Problem(
            where=place,
            what="links must be a list of texts",
            got=kind_of(links),
            fix=_fill_first(links) or "Write one.",
        ),
    )


def _of_list(place: str, key: str, value: Any, needed: Sequence[str]) -> Sequence[Problem]:
    if value is None or (is_open(value) and key in READ_LISTS):
        return []
    if not isinstance(value, list):
        return [
            Problem(
                where=place,
                what=f"{key} must be a list",
                got=kind_of(value),
                fix=_fill_first(value) or "Write one, such as [].",
            )
        ]
    return [
        problem
        for position, item in enumerate(value)
        for problem in _of_entry(place, f"{key} entry {position + 1}", item, needed)
    ]


def _of_entry(place: str, entry: str, item: Any, needed: Sequence[str]) -> Sequence[Problem]:
    if is_open(item):
        # Entries that come later stay where they are; what is added goes behind them.
        return []
    if not isinstance(item, Mapping):
        return [
            Problem(
                where=place, what=f"{entry} must be a mapping", got=kind_of(item), fix="Write one."
            )
        ]
    return [
        Problem(where=place, what=f"{member} of {entry} is required", fix="Write it.")
        if member not in item
        else Problem(
            where=place,
            what=f"{member} of {entry} must be text",
            got=kind_of(item[member]),
            fix="Write it.",
        )
        for member in needed
        if not isinstance(item.get(member), str)
    ]


def _fill_first(value: object) -> str | None:
    """Return what to do about a placeholder where something has to be added."""
    if not is_open(value):
        return None
    return (
        "Fill it in first and run inject on the result, or write the list out and use "
        "placeholders inside of it."
    )
