"""What is wrong between the values of one service. Pure."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from cdk_ecs_xray.environments.container_checks import container_problems
from cdk_ecs_xray.environments.lenient import Found
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.fargate_sizes import FARGATE_SIZES, memory_words

_NOT_ON = {
    "external": ("load_balancer", "discovery", "service_connect", "capacity_providers"),
    "fargate": ("placement", "new_cluster"),
}
"""Keys that a launch type has no use for: external instances have no load balancing and service
discovery, Fargate no instances ("Amazon ECS clusters for external instances", "Fargate" in the
developer guide)."""

_FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def service_problems(service: Service) -> Found:
    """Return what is wrong between the values of a service, file or no file."""
    checks = (_launch_problems, _size_problems, _capacity_problems, container_problems, _connected)
    return chain.from_iterable(check(service) for check in checks)


def _launch_problems(service: Service) -> Found:
    launch, mode = service.launch, service.network_mode
    file = service.task_definition is not None
    if not file and launch == "fargate" and mode != "awsvpc":
        yield (
            ("network_mode",),
            Problem(what="must be awsvpc on Fargate", got=f"'{mode}'", fix="Remove network_mode."),
        )
    if not file and launch == "managed_instances" and mode == "bridge":
        yield (
            ("network_mode",),
            Problem(
                what="must be awsvpc or host on Managed Instances",
                got="'bridge'",
                fix="Remove network_mode.",
            ),
        )
    if not file and launch == "external" and mode == "awsvpc":
        yield (
            ("network_mode",),
            Problem(
                what="must be bridge or host on external instances",
                got="'awsvpc'",
                fix="ECS Anywhere has no network interfaces to give: use bridge.",
            ),
        )
    for key in _NOT_ON.get(launch, ()):
        if getattr(service, key) not in (None, ()):
            yield (
                (key,),
                Problem(
                    what=f"and launch '{launch}' cannot be combined",
                    fix="It has nothing of that kind: remove one.",
                ),
            )
    if launch != "fargate" and service.ephemeral_storage_gib is not None:
        yield (
            ("ephemeral_storage_gib",),
            Problem(
                what="requires `launch: fargate`", fix="Remove it: instances have their own disk."
            ),
        )


def _size_problems(service: Service) -> Found:
    if service.launch != "fargate" or service.task_definition is not None:
        return
    cpu, memory = service.task_cpu, service.task_memory_mib
    for key, value, example in (("task_cpu", cpu, 256), ("task_memory_mib", memory, 512)):
        if value is None:
            yield (
                (key,),
                Problem(what="is required on Fargate", fix=f"Add it, such as {key}: {example}."),
            )
    if cpu is not None and cpu not in FARGATE_SIZES:
        yield (
            ("task_cpu",),
            Problem(
                what=f"must be one of {', '.join(map(str, FARGATE_SIZES))} on Fargate",
                got=str(cpu),
                fix="Choose one of these.",
            ),
        )
    elif cpu is not None and memory is not None and memory not in FARGATE_SIZES[cpu]:
        yield (
            ("task_memory_mib",),
            Problem(
                what=f"must be {memory_words(cpu)} with task_cpu {cpu} on Fargate",
                got=str(memory),
                fix="Change one of the two.",
            ),
        )


def _capacity_problems(service: Service) -> Found:
    """Yield what CreateService refuses of a strategy: see capacityProviderStrategy there."""
    providers = service.capacity_providers
    names = [one.name for one in providers]
    problem: Problem | None = None
    fargate = [name for name in names if name in _FARGATE_PROVIDERS]
    others = [name for name in names if name not in _FARGATE_PROVIDERS]
    wrong = others if service.launch == "fargate" else fargate
    twice = [name for name, times in Counter(names).items() if times > 1]
    based = [one.name for one in providers if one.base > 0]
    if wrong:
        known = " and ".join(_FARGATE_PROVIDERS)
        problem = Problem(
            what=f"must {'be' if service.launch == 'fargate' else 'not be'} {known} with launch "
            f"'{service.launch}'",
            got=", ".join(wrong),
            fix="Set the launch that the tasks are for, or another provider.",
        )
    elif twice:
        problem = Problem(
            what="must name each provider once", got=f"'{twice[0]}' twice", fix="Remove one."
        )
    elif len(based) > 1:
        problem = Problem(
            what="must have base on one provider", got=", ".join(based), fix="Keep one base."
        )
    elif len(providers) > 1 and not any(one.weight for one in providers):
        problem = Problem(
            what="must have weight above 0 on at least one provider",
            got="0 for all",
            fix="Leave one weight out.",
        )
    if problem is not None:
        yield ("capacity_providers",), problem


def _connected(service: Service) -> Found:
    named = [port.name for app in service.apps for port in app.all_ports if port.name is not None]
    for name, times in Counter(named).items():
        if times > 1:
            yield (
                ("ports",) if not service.containers else ("containers",),
                Problem(
                    what="must have names of ports that are unique in the service",
                    got=f"'{name}' twice",
                    fix="Rename one.",
                ),
            )
    if service.service_connect is None or service.task_definition is not None:
        return
    if service.network_mode == "host":
        yield (
            ("service_connect",),
            Problem(
                what="and network_mode 'host' cannot be combined",
                fix="Service Connect needs bridge or awsvpc: change the mode.",
            ),
        )
    for connected in service.service_connect.ports:
        if connected.port_name not in named:
            yield (
                ("service_connect", "ports"),
                Problem(
                    what="must name a port of a container",
                    got=f"'{connected.port_name}'",
                    fix=f"Named ports: {', '.join(named) or 'none, so give one a name'}.",
                ),
            )
