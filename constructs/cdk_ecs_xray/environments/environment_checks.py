"""What is wrong between the services of an environment, and between them and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import InitErrorDetails

from cdk_ecs_xray.environments.cluster import Cluster
from cdk_ecs_xray.environments.file_checks import file_problems
from cdk_ecs_xray.environments.lenient import Found, Path, leniently
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.service_checks import service_problems
from cdk_ecs_xray.environments.service_keys import problems as key_problems
from cdk_ecs_xray.environments.sharing_checks import shared_problems
from cdk_ecs_xray.environments.targeting import target_problems
from cdk_ecs_xray.errors import EcsXRayError, Problem
from cdk_ecs_xray.files.model_file import clash
from cdk_ecs_xray.inject import TracedTaskDefinitionFile

Model = TypeVar("Model", bound=BaseModel)
Numbered = Sequence[tuple[int, Service]]
"""Services with their position in the file; those that cannot be read are not among them."""


def clashes(
    data: Mapping[str, Any],
    *,
    services: Sequence[Service] | None,
    context: Mapping[str, Any],
    plan: Callable[[Service, str], TracedTaskDefinitionFile],
) -> Iterator[InitErrorDetails]:
    """Return everything that is wrong between keys of a file.

    :param services: of the model; None where the file has values that are wrong by themselves.
    :param plan: returns the task definition of a service for the place that errors name.
    """
    wrong = services is None
    yield from _shown(data, _services_problems(data))
    numbered = list(enumerate(services)) if services is not None else _readable(data, context)
    file = str(context.get("where", ""))
    planned: list[tuple[int, Service, str]] = []
    for position, service in numbered:
        path = ("services", position)
        own = list(service_problems(service))
        yield from _shown(data, iter(own), path, wrong=wrong)
        if ("network_mode",) in [key for key, _ in own]:
            # What follows from a mode that cannot be is no help.
            planned.append((position, service, ""))
            continue
        where = f"{file}, service '{service.name}'" if file else f"service '{service.name}'"
        try:
            definition = plan(service, where)
            definition.plan(region="us-east-1", log_group="any")
        except EcsXRayError as error:
            yield _with_own_places(path, service, error)
            planned.append((position, service, service.network_mode))
        else:
            yield from _shown(data, target_problems(service, definition), path)
            yield from _shown(data, file_problems(service, definition), path)
            planned.append((position, service, definition.network_mode))
    vpc = _with_subnets(_lenient(Vpc, data.get("vpc"), context), data.get("vpc"))
    named = data.get("cluster")
    cluster = _lenient(Cluster, {"name": named} if isinstance(named, str) else named, context)
    yield from _shown(data, shared_problems(planned, vpc=vpc, cluster=cluster), wrong=wrong)


def _services_problems(data: Mapping[str, Any]) -> Found:
    services = data.get("services")
    if not isinstance(services, Sequence) or isinstance(services, str):
        return
    if not services:
        yield (
            ("services",),
            Problem(what="must hold at least one service", got="an empty list", fix="Add one."),
        )
    seen = {stack: f"the name of the {stack} stack" for stack in _stacks(data)}
    for position, service in enumerate(services):
        path = ("services", position)
        if isinstance(service, Mapping):
            for key, problem in key_problems(service):
                yield (*path, *key), problem
        name = service.get("name") if isinstance(service, Mapping) else getattr(service, "name", 0)
        if not isinstance(name, str):
            continue
        if name in seen:
            message = Problem(
                what="must be unique", got=f"'{name}', already {seen[name]}", fix="Rename it."
            )
            yield (*path, "name"), message
        seen.setdefault(name, f"service {position + 1}")


def _stacks(data: Mapping[str, Any]) -> Iterator[str]:
    """Return the names that stacks have which are no service's."""
    yield "sampling"
    if data.get("monitoring") is not None:
        yield "monitoring"
    if data.get("image_cache") is True:
        yield "image-cache"
    if data.get("transaction_search") is not None:
        yield "transaction-search"
    cluster = data.get("cluster")
    if isinstance(cluster, Mapping) and cluster.get("create") is not None:
        yield "cluster"


def _readable(data: Mapping[str, Any], context: Mapping[str, Any]) -> Numbered:
    services = data.get("services")
    if not isinstance(services, list | tuple):
        return []
    return [
        (position, found)
        for position, service in enumerate(services)
        if (found := _service(service, context)) is not None
    ]


def _service(data: object, context: Mapping[str, Any]) -> Service | None:
    found = _lenient(Service, data, context)
    if found is None or not isinstance(data, Mapping):
        return found
    return found.model_copy(update={"vpc": _with_subnets(found.vpc, data.get("vpc"))})


def _with_subnets(vpc: Vpc | None, data: object) -> Vpc | None:
    """Return a network that has subnets where a file has some, right or wrong."""
    if vpc is None or vpc.subnets or not isinstance(data, Mapping) or not data.get("subnets"):
        return vpc
    return vpc.model_copy(update={"subnets": ("subnet-1", "subnet-2")})


def _lenient(model: type[Model], data: object, context: Mapping[str, Any]) -> Model | None:
    if isinstance(data, model):
        return data
    if not isinstance(data, Mapping):
        return None
    return leniently(dict(data), lambda kept: model.model_validate(kept, context=dict(context)))


def _shown(
    data: Mapping[str, Any], found: Found, prefix: Path = (), *, wrong: bool = False
) -> Iterator[InitErrorDetails]:
    """Return problems as the model's own.

    :param wrong: the file has values that are wrong by themselves, so that a key may seem to be
        missing whose value has been refused already.
    """
    for path, problem in found:
        whole = (*prefix, *path)
        value = _at(data, whole)
        missing = problem.what.startswith(("is required", "requires one of"))
        if wrong and missing and value is not None and value != {}:
            continue
        yield clash(problem, whole, value)


def _at(data: Any, path: Path) -> object:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _with_own_places(path: Path, service: Service, error: EcsXRayError) -> InitErrorDetails:
    return {
        "type": "value_error",
        "loc": tuple(path),
        "input": service.name,
        "ctx": {"error": error},
    }
