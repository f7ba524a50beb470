"""The name of a service in X-Ray: chosen, left to the app's code, or made from its constructs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from aws_cdk import Annotations, Stack, Stage, Token
from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.reference import jsii_reference
from cdk_ecs_xray.cdk.services import services_of
from cdk_ecs_xray.errors import ConfigurationError, Problem

TracingName = str | Callable[[ecs.ContainerDefinition], str | None] | Literal[False] | None
"""A name, a function that names each container, False to leave it to the code, None to find one."""

# Construct ids and container names that say what something is, not which one it is; those of
# ecs-patterns among them.
_GENERIC = frozenset(
    {
        "app",
        "application",
        "container",
        "default",
        "definition",
        "ec2service",
        "ec2taskdefinition",
        "externalservice",
        "externaltaskdefinition",
        "fargateservice",
        "fargatetaskdefinition",
        "job",
        "main",
        "queueprocessingcontainer",
        "queueprocessingfargateservice",
        "queueprocessingservice",
        "queueprocessingtaskdef",
        "resource",
        "scheduledcontainer",
        "scheduledtaskdef",
        "service",
        "task",
        "taskdef",
        "taskdefinition",
        "web",
    }
)
# "X-Ray segment documents" in the developer guide: what a segment's name may hold.
_REFUSED = re.compile(r"[^A-Za-z0-9_.:/%&#=+@ -]")
_LONGEST = 200

# Which task definition has a name, by app, stage, account, region and name.
_TAKEN: dict[tuple[str, str, str, str], str] = {}


def require_tracing_name(tracing_name: TracingName) -> None:
    """Refuse what is no name.

    :raises ConfigurationError: for an empty text, and for True.
    """
    if tracing_name is None or tracing_name is False or callable(tracing_name):
        return
    if isinstance(tracing_name, str) and tracing_name.strip():
        return
    raise ConfigurationError(
        Problem(
            where="tracing_name",
            what="must be a name, a function, or False to leave it to the app's code",
            got=f"{tracing_name!r}",
            fix="Leave it out to name the service by its constructs.",
        )
    )


def name_of(tracing_name: TracingName, container: ecs.ContainerDefinition) -> str | None:
    """Return a container's name in X-Ray; None leaves it to the app's code."""
    if tracing_name is False:
        return None
    if callable(tracing_name):
        tracing_name = tracing_name(container)
    if tracing_name is None:
        return found_name(container, services=services_of(container.task_definition))
    return tracing_name


def found_name(
    container: ecs.ContainerDefinition, *, services: Sequence[ecs.BaseService] = ()
) -> str:
    """Return a name from the ECS service, the pattern or the construct of a container's task.

    A task's other app containers have their own name behind it. Where all of that is generic,
    such as ``web`` in ``TaskDef``, the stack's id is left.
    """
    task_definition = container.task_definition
    name = container.container_name
    base = next(_candidates(task_definition, services), None)
    if base is None:
        if not _is_generic(name):
            return _as_name(name)
        base = Stack.of(task_definition).node.id
    main = task_definition.default_container
    is_main = main is None or main.container_name == name
    return _as_name(base if is_main else f"{base}-{name}")


def warn_of_shared_name(container: ecs.ContainerDefinition, name: str) -> None:
    """Warn where another task definition of the same account and region has the name."""
    task_definition = container.task_definition
    stage = Stage.of(task_definition)
    where = "" if stage is None else stage.node.path
    key = (
        jsii_reference(task_definition.node.root),
        where,
        Stack.of(task_definition).environment,
        name,
    )
    path = task_definition.node.path
    other = _TAKEN.setdefault(key, path)
    if other == path:
        return
    Annotations.of(container).add_warning_v2(
        "ecs-xray:tracing-name-shared",
        str(
            Problem(
                where=container.node.path,
                what="the name in X-Ray should be of one service",
                got=f"'{name}', which {other} has too",
                fix="Set tracing_name. X-Ray shows both as one service, under the same sampling "
                "rules.",
            )
        ),
    )


def _candidates(
    task_definition: ecs.TaskDefinition, services: Sequence[ecs.BaseService]
) -> Iterator[str]:
    if len(services) == 1:
        (service,) = services
        resource = service.node.try_find_child("Service")
        named = resource.service_name if isinstance(resource, ecs.CfnService) else None
        if named is not None and not Token.is_unresolved(named):
            yield named
        yield from _ids(service)
    yield from _ids(task_definition)


def _ids(construct: IConstruct) -> Iterator[str]:
    """Yield the ids that tell one from another, from the construct up to its stack."""
    for scope in reversed(construct.node.scopes):
        if Stack.is_stack(scope):
            return
        if not _is_generic(scope.node.id):
            yield scope.node.id


def _is_generic(name: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", name.lower()) in _GENERIC


def _as_name(text: str) -> str:
    return _REFUSED.sub("-", text)[:_LONGEST]
