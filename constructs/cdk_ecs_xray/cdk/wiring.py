"""Connects an app container to a collector container of the same task definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk.log_groups import log_group_arns
from cdk_ecs_xray.collectors.otlp_export import otlp_not_taken
from cdk_ecs_xray.plan.open_telemetry import takes_spans
from cdk_ecs_xray.plan.profile import StartOrder
from cdk_ecs_xray.plan.wiring import (
    TRACING_NAME,
    PresentWiring,
    Warned,
    WiringPlan,
    plan_environment,
    plan_wiring,
)


def wire(
    container: ecs.ContainerDefinition,
    *,
    to: ecs.ContainerDefinition,
    name: str,
    linked: bool,
    environment: Mapping[str, str],
    start_order: StartOrder,
    present: PresentWiring | None = None,
) -> str | None:
    """Give a container the environment, link and start order that lead to the collector.

    Returns the name that it has in X-Ray; None where its code or a secret decides.

    What the user set stays: a variable, link or dependency that is already there is kept, with a
    warning where it differs from what tracing needs.

    :param to: the collector's container.
    :param name: that container's.
    """
    present = present_wiring(container) if present is None else present
    if takes_spans(environment):
        present = replace(present, log_groups=log_group_arns(container))
    plan = plan_wiring(
        present,
        to=name,
        linked=linked,
        environment=environment,
        start_order=start_order,
    )
    _apply_environment(container, plan)
    _warn(container, otlp_not_taken(present, environment, collector=name))
    if plan.link:
        container.add_link(to)
    if plan.dependency:
        # CDK's own default condition is HEALTHY, which never comes true without a health check.
        container.add_container_dependencies(
            ecs.ContainerDependency(container=to, condition=ecs.ContainerDependencyCondition.START)
        )
    return {**environment, **present.environment}.get(TRACING_NAME)


def wire_environment(container: ecs.ContainerDefinition, environment: Mapping[str, str]) -> None:
    """Give a container the environment that leads to a collector outside its task definition."""
    present = present_wiring(container)
    if takes_spans(environment):
        present = replace(present, log_groups=log_group_arns(container))
    _apply_environment(container, plan_environment(present, environment))


def _apply_environment(container: ecs.ContainerDefinition, plan: WiringPlan) -> None:
    for name, value in {**plan.environment, **plan.lengthened}.items():
        container.add_environment(name, value)
    _warn(container, plan.warnings)


def _warn(container: ecs.ContainerDefinition, warnings: Sequence[Warned]) -> None:
    for warned in warnings:
        Annotations.of(container).add_warning_v2(warned.id, str(warned.problem))


def present_wiring(container: ecs.ContainerDefinition) -> PresentWiring:
    """Return what a container has already."""
    definition = container.render_container_definition()
    # ContainerDefinition renders both as plain lists; the type allows for tokens as well.
    environment: Any = definition.environment or []
    secrets: Any = definition.secrets or []
    links: list[str] = Stack.of(container).resolve(definition.links) or []
    return PresentWiring(
        where=container.node.path,
        environment={pair.name: pair.value for pair in environment}
        | {secret.name: None for secret in secrets},
        links=links,
        dependencies={
            dependency.container.container_name: _condition(dependency)
            for dependency in container.container_dependencies
        },
    )


def _condition(dependency: ecs.ContainerDependency) -> str:
    condition = dependency.condition
    return "HEALTHY by default" if condition is None else str(condition.value)
