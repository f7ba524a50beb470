"""Connects an app container to a collector container of the same task definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs


def wire(
    container: ecs.ContainerDefinition,
    *,
    to: ecs.ContainerDefinition,
    linked: bool,
    environment: Mapping[str, str],
) -> None:
    """Give a container the environment, link and start order that lead to the collector.

    What the user set stays: a variable, link or dependency that is already there is kept, with a
    warning where it differs from what tracing needs.
    """
    definition = container.render_container_definition()
    _add_environment(container, environment, present=_present(definition))
    if linked:
        _add_link(container, to, present=Stack.of(container).resolve(definition.links) or [])
    _add_dependency(container, to)


def wire_environment(container: ecs.ContainerDefinition, environment: Mapping[str, str]) -> None:
    """Give a container the environment that leads to a collector outside its task definition."""
    present = _present(container.render_container_definition())
    _add_environment(container, environment, present=present)


def _present(
    definition: ecs.CfnTaskDefinition.ContainerDefinitionProperty,
) -> dict[str, str | None]:
    """Return the variables a container has; None as value where it comes from a secret."""
    # ContainerDefinition renders both as plain lists; the type allows for tokens as well.
    environment: Any = definition.environment or []
    secrets: Any = definition.secrets or []
    plain = {pair.name: pair.value for pair in environment}
    return plain | {secret.name: None for secret in secrets}


def _add_environment(
    container: ecs.ContainerDefinition,
    environment: Mapping[str, str],
    *,
    present: Mapping[str, str | None],
) -> None:
    for name, value in environment.items():
        if name not in present:
            container.add_environment(name, value)
        elif present[name] != value:
            Annotations.of(container).add_warning_v2(
                "ecs-xray:environment-kept",
                f"{container.node.path}: {name} is already set and stays as it is, got "
                f"{_shown(present[name])}; tracing would use '{value}', remove yours to get that",
            )


def _add_link(
    container: ecs.ContainerDefinition, to: ecs.ContainerDefinition, *, present: list[str]
) -> None:
    targets = {link.rpartition(":")[2]: link.partition(":")[0] for link in present}
    if to.container_name not in targets:
        container.add_link(to)
    elif targets[to.container_name] != to.container_name:
        Annotations.of(container).add_warning_v2(
            "ecs-xray:link-kept",
            f"{container.node.path}: a link named '{to.container_name}' already leads to "
            f"another container, got '{targets[to.container_name]}'; segments go there until "
            "that link is renamed",
        )


def _add_dependency(container: ecs.ContainerDefinition, to: ecs.ContainerDefinition) -> None:
    """Start the collector before the app, so that ECS stops it after the app.

    The daemon closes its socket at SIGTERM: stopped first, it would lose the app's last traces.
    CDK's own default condition is HEALTHY, which never comes true without a health check.
    """
    for dependency in container.container_dependencies:
        if dependency.container.container_name == to.container_name:
            if dependency.condition != ecs.ContainerDependencyCondition.START:
                Annotations.of(container).add_warning_v2(
                    "ecs-xray:dependency-kept",
                    f"{container.node.path}: the dependency on '{to.container_name}' is already "
                    f"set and stays as it is, got {_condition(dependency)}; START is enough and "
                    "never blocks the app",
                )
            return
    container.add_container_dependencies(
        ecs.ContainerDependency(container=to, condition=ecs.ContainerDependencyCondition.START)
    )


def _condition(dependency: ecs.ContainerDependency) -> str:
    condition = dependency.condition
    return "HEALTHY by default" if condition is None else str(condition.value)


def _shown(value: str | None) -> str:
    return "a secret" if value is None else f"'{value}'"
