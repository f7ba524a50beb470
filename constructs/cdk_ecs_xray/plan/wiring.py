"""What an app container still needs to reach a collector, and what of its own it keeps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.errors import Problem

START = "START"
"""The condition of ``dependsOn`` that orders start and stop without ever blocking the app."""


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
    """

    where: str
    environment: Mapping[str, str | None] = field(default_factory=dict)
    links: Sequence[str] = ()
    dependencies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WiringPlan:
    """What to add to a container."""

    environment: Mapping[str, str]
    link: bool
    dependency: bool
    warnings: Sequence[Warned]


def plan_wiring(
    present: PresentWiring, *, to: str, linked: bool, environment: Mapping[str, str]
) -> WiringPlan:
    """Return what leads a container to the collector ``to``; what the user set stays.

    The collector starts first, so that ECS stops it after the app: the daemon closes its socket
    at SIGTERM and would lose the app's last traces.
    """
    kept = plan_environment(present, environment)
    link_warnings = _link_warnings(present, to) if linked else ()
    targets = [link.rpartition(":")[2] for link in present.links]
    return WiringPlan(
        environment=kept.environment,
        link=linked and to not in targets,
        dependency=to not in present.dependencies,
        warnings=[*kept.warnings, *link_warnings, *_dependency_warnings(present, to)],
    )


def plan_environment(present: PresentWiring, environment: Mapping[str, str]) -> WiringPlan:
    """Return which variables to add, for a collector outside the task definition."""
    return WiringPlan(
        environment={
            name: value for name, value in environment.items() if name not in present.environment
        },
        link=False,
        dependency=False,
        warnings=[
            Warned(
                id="ecs-xray:environment-kept",
                problem=Problem(
                    where=present.where,
                    what=f"{name} is already set and stays as it is",
                    got=_shown(present.environment[name]),
                    fix=f"Tracing would use '{value}', remove yours to get that.",
                ),
            )
            for name, value in environment.items()
            if name in present.environment and present.environment[name] != value
        ],
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
                fix="START is enough and never blocks the app.",
            ),
        ),
    )


def _shown(value: str | None) -> str:
    return "a secret" if value is None else f"'{value}'"
