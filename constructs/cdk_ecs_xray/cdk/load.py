"""Sizes a sidecar for a load, and warns of one that it does not carry."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Annotations
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.collectors.engines import engine_running
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.capacity import Capacity, load_problem
from cdk_ecs_xray.plan.profile import SidecarProfile


def require_load(expected: int | None) -> None:
    """Refuse a load that is none.

    :raises ConfigurationError: for a negative number.
    """
    if expected is not None and expected < 0:
        raise ConfigurationError(
            Problem(
                where="expected_segments_per_second",
                what="must not be negative",
                got=str(expected),
                fix="Leave it out when you do not know.",
            )
        )


def sized(profile: SidecarProfile, expected: int | None, *, collector: Collector) -> SidecarProfile:
    """Return the default profile with cpu for a load; a profile of the user's stays as it is.

    :raises ConfigurationError: for a negative load.
    """
    require_load(expected)
    capacity = _capacity(collector)
    if expected is None or capacity is None or profile is not SidecarProfile.SAFE:
        return profile
    return replace(profile, cpu=capacity.cpu_for(expected))


def warn_of_load(
    sidecar: Construct,
    expected: int | None,
    *,
    collector: Collector,
    task_definition: ecs.TaskDefinition,
    cpu: int,
) -> None:
    """Say on a sidecar what of a load it would lose, or that nobody knows."""
    if expected is None:
        return
    engine = engine_running(collector)
    capacity = _capacity(collector)
    problem = load_problem(
        expected,
        where=sidecar.node.path,
        label=type(collector).__name__ if engine is None else f"the {engine.label}",
        capacity=capacity,
        cpu=cpu,
        quota=_is_quota(task_definition),
    )
    if problem is not None:
        warning_id = (
            "ecs-xray:load-not-measured" if capacity is None else "ecs-xray:too-many-segments"
        )
        Annotations.of(sidecar).add_warning_v2(warning_id, str(problem))


def _capacity(collector: Collector) -> Capacity | None:
    engine = engine_running(collector)
    return None if engine is None else engine.capacity


def _is_quota(task_definition: ecs.TaskDefinition) -> bool:
    """Return whether the containers share a hard limit: the task's cpu, which Fargate requires."""
    (task,) = [
        child for child in task_definition.node.children if isinstance(child, ecs.CfnTaskDefinition)
    ]
    return task.cpu is not None
