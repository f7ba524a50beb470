"""What an app container still needs to reach a collector, and what of its own it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.log_groups import with_log_groups
from cdk_ecs_xray.plan.open_telemetry import (
    OWNERS_CHOICE,
    RESOURCE_ATTRIBUTES,
    TRACES_ENDPOINT,
    decided,
    exports_elsewhere,
    leads_to,
)
from cdk_ecs_xray.plan.profile import StartOrder

TRACING_NAME = "AWS_XRAY_TRACING_NAME"
START = "START"
"""The condition of ``dependsOn`` that orders start and stop, and waits for no health check.

A container that could never start blocks with it too: ECS then stops the app with exit code 143
(read in the ECS agent's ``dependencygraph``). One that started and exited blocks nothing.
"""


@dataclass(frozen=True, kw_only=True)
class Warned:
    """Something that stays as the user set it, though tracing would have it otherwise.

    :param id: stable, such as ``ecs-xray:link-kept``.
    """

    id: str
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class PresentWiring:
    """What a container has already.

    :param where: what warnings name.
    :param environment: its variables; None as value where it comes from a secret.
    :param links: as ECS writes them, ``container`` or ``container:alias``.
    :param dependencies: condition by container name, in ECS's words.
    :param log_groups: ARNs of the CloudWatch log groups that it writes to.
    """

    where: str
    environment: Mapping[str, str | None] = field(default_factory=dict)
    links: Sequence[str] = ()
    dependencies: Mapping[str, str] = field(default_factory=dict)
    log_groups: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class WiringPlan:
    """What to add to a container.

    :param environment: variables that it does not have.
    :param lengthened: variables that it has, with what is added behind.
    """

    environment: Mapping[str, str]
    lengthened: Mapping[str, str]
    link: bool
    dependency: bool
    warnings: Sequence[Warned]


def plan_wiring(
    present: PresentWiring,
    *,
    to: str,
    linked: bool,
    environment: Mapping[str, str],
    start_order: StartOrder = "sidecar-first",
) -> WiringPlan:
    """Return what leads a container to the collector ``to``; what the user set stays.

    With ``sidecar-first`` ECS stops the collector after the app: the daemon closes its socket at
    SIGTERM and would lose the app's last traces.
    """
    kept = plan_environment(present, environment)
    link_warnings = _link_warnings(present, to) if linked else ()
    targets = [link.rpartition(":")[2] for link in present.links]
    return WiringPlan(
        environment=kept.environment,
        lengthened=kept.lengthened,
        link=linked and to not in targets,
        dependency=start_order == "sidecar-first" and to not in present.dependencies,
        warnings=[*kept.warnings, *link_warnings, *_dependency_warnings(present, to)],
    )


def order_kept_by_link(where: str, *, start_order: StartOrder, linked: bool) -> Sequence[Warned]:
    """Return a warning where the profile wants no order and the network mode brings one."""
    if start_order != "independent" or not linked:
        return ()
    return (
        Warned(
            id="ecs-xray:link-orders-start",
            problem=Problem(
                where=where,
                what="start_order 'independent' and bridge mode cannot be combined, as ECS starts "
                "a linked container first",
                fix="Use awsvpc or host mode, XRayDaemonService, or accept that the app waits for "
                "the sidecar to start.",
            ),
        ),
    )


def ends_with_its_task(where: str, *, fails_closed: bool, essential: bool) -> Sequence[Warned]:
    """Return a warning where a collector without credentials would stop the app with it.

    ECS restarts no container that ran shorter than its restart period, so a restart policy does
    not help a collector that ends at its start:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """
    if not (fails_closed and essential):
        return ()
    return (
        Warned(
            id="ecs-xray:collector-fails-closed",
            problem=Problem(
                where=where,
                what="essential must be false for a collector that sends spans, as it ends at its "
                "start where it finds no credentials",
                got="true",
                fix="Take the profile SAFE, with which the app runs on without it.",
            ),
        ),
    )


def plan_environment(present: PresentWiring, environment: Mapping[str, str]) -> WiringPlan:
    """Return which variables to add, for a collector outside the task definition.

    Left out are those that the app has, and those that others of its variables decide.
    """
    left_out = present.environment.keys() | decided(present.environment, environment)
    added = {name: value for name, value in environment.items() if name not in left_out}
    attributes = _attributes(present, environment)
    named = {} if attributes is None else {RESOURCE_ATTRIBUTES: attributes}
    known = RESOURCE_ATTRIBUTES in present.environment
    return WiringPlan(
        environment=added if known else {**added, **named},
        lengthened=named if known else {},
        link=False,
        dependency=False,
        warnings=[*_environment_warnings(present, environment)],
    )


def _attributes(present: PresentWiring, environment: Mapping[str, str]) -> str | None:
    """Return the resource attributes that name where the app logs; None where nothing changes."""
    attributes = present.environment.get(RESOURCE_ATTRIBUTES)
    secret = attributes is None and RESOURCE_ATTRIBUTES in present.environment
    if TRACES_ENDPOINT not in environment or secret:
        return None
    return with_log_groups(attributes, present.log_groups)


def _environment_warnings(
    present: PresentWiring, environment: Mapping[str, str]
) -> Iterator[Warned]:
    collector = environment.get(TRACES_ENDPOINT)
    for name, value in environment.items():
        if name not in present.environment or name in OWNERS_CHOICE:
            continue
        kept = present.environment[name]
        led = name == TRACES_ENDPOINT and collector is not None and leads_to(kept, collector)
        if kept != value and not led:
            yield _kept(present, name, value)
    elsewhere = exports_elsewhere(present.environment, environment)
    if elsewhere is not None and collector is not None:
        yield _kept(present, elsewhere, collector)


def _kept(present: PresentWiring, name: str, value: str) -> Warned:
    return Warned(
        id="ecs-xray:environment-kept",
        problem=Problem(
            where=present.where,
            what=f"{name} is already set and stays as it is",
            got=_shown(present.environment[name]),
            fix=f"Tracing would use '{value}', remove yours to get that.",
        ),
    )


def _link_warnings(present: PresentWiring, to: str) -> Sequence[Warned]:
    return [
        Warned(
            id="ecs-xray:link-kept",
            problem=Problem(
                where=present.where,
                what=f"a link named '{to}' already leads to another container",
                got=f"'{target}'",
                fix="Segments go there until that link is renamed.",
            ),
        )
        for target, _, alias in (link.partition(":") for link in present.links)
        if (alias or target) == to and target != to
    ]


def _dependency_warnings(present: PresentWiring, to: str) -> Sequence[Warned]:
    condition = present.dependencies.get(to, START)
    if condition == START:
        return ()
    return (
        Warned(
            id="ecs-xray:dependency-kept",
            problem=Problem(
                where=present.where,
                what=f"the dependency on '{to}' is already set and stays as it is",
                got=condition,
                fix="START is enough: it waits for the container to start, not for its health.",
            ),
        ),
    )


def _shown(value: str | None) -> str:
    return "a secret" if value is None else f"'{value}'"
