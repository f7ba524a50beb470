"""The log groups that the apps of a task write to, as a collector and OpenTelemetry name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import jsii
from aws_cdk import IResolveContext, IStringProducer, Lazy, Stack
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.collectors import CollectorContainer
from cdk_ecs_xray.plan.log_groups import log_group_arn

Describe = Callable[[Sequence[str]], CollectorContainer]
_ANY_GROUP = "any"


def log_group_name(container: ecs.ContainerDefinition) -> str | None:
    """Return the log group of a container; None for FireLens and every other driver."""
    driver = container.log_driver_config
    if driver is None or driver.log_driver != "awslogs":
        return None
    options = driver.options
    return options.get("awslogs-group") if isinstance(options, Mapping) else None


def log_group_arns(container: ecs.ContainerDefinition) -> Sequence[str]:
    """Return the ARN of a container's log group, in its stack's partition and account."""
    group = log_group_name(container)
    if group is None:
        return ()
    stack, driver = Stack.of(container), container.log_driver_config
    options = None if driver is None else driver.options
    region = options.get("awslogs-region") if isinstance(options, Mapping) else None
    arn = log_group_arn(
        group,
        partition=stack.partition,
        region=stack.region if region is None else region,
        account=stack.account,
    )
    return [arn]


class AppLogGroups:
    """Names the log groups of a task's apps in what its collector is given.

    Which apps there are is known when the template is written, so a variable that depends on it is
    filled in then.

    :param describe: returns the collector's container for the names of log groups.
    """

    def __init__(self, describe: Describe) -> None:
        self._describe = describe
        self._names: list[str] = []
        before, after = describe(()).environment, describe((_ANY_GROUP,)).environment
        self._waiting = [name for name, value in after.items() if before.get(name) != value]

    def filled_later(self, description: CollectorContainer) -> CollectorContainer:
        """Return a description whose variables name every log group that is added until then."""
        waiting = {
            name: Lazy.uncached_string(_Variable(partial(self._value, name)))
            for name in self._waiting
        }
        if not waiting:
            return description
        return replace(description, environment={**description.environment, **waiting})

    def add(self, container: ecs.ContainerDefinition) -> None:
        """Take up the log group of an app."""
        name = log_group_name(container) if self._waiting else None
        if name is not None and name not in self._names:
            self._names.append(name)

    def _value(self, name: str) -> str:
        return self._describe(self._names).environment[name]


@jsii.implements(IStringProducer)
class _Variable:
    def __init__(self, value: Callable[[], str]) -> None:
        self._value = value

    def produce(self, context: IResolveContext) -> str:  # noqa: ARG002 - jsii passes it
        return self._value()
