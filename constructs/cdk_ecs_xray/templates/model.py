"""What a review looks at: the parts of templates that decide whether traces arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.listening import Listening
from cdk_ecs_xray.collectors.recognition import RecognizedCollector
from cdk_ecs_xray.templates.container import Container, Place
from cdk_ecs_xray.templates.grants import (
    PolicyStatement,
    allowed,
    allowed_somewhere,
    managed_policy_allows,
)
from cdk_ecs_xray.templates.managed_policies import execution_policy_allows
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.unknown import Text, Unknown


@dataclass(frozen=True, kw_only=True)
class LogGroup:
    """A log group of a template.

    :param key: as :attr:`Resource.key`.
    :param retention_days: None where logs never expire.
    """

    place: Place
    logical_id: str
    key: str
    name: Text | None
    retention_days: object


@dataclass(frozen=True, kw_only=True)
class PlacedStatement:
    """A statement and the role or policy that it is in."""

    place: Place
    policy: PolicyStatement


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a role may do, as far as the templates tell.

    :param key: as :attr:`Resource.key`.
    :param managed_policies: ARNs of policies that are not in the templates.
    :param complete: whether everything it may do is known.
    :param bounded: a permissions boundary may take away what the policies allow.
    """

    place: Place
    logical_id: str
    key: str
    name: Text | None
    statements: Sequence[PlacedStatement]
    managed_policies: Sequence[Text]
    complete: bool
    bounded: bool

    def allows(self, action: str) -> bool | None:
        """Return whether it may take an action that takes no resource; None for cannot tell."""
        elsewhere = [managed_policy_allows(arn, action) for arn in self.managed_policies]
        answer = allowed(
            action,
            [statement.policy for statement in self.statements],
            granted_by=elsewhere if self.complete else [*elsewhere, None],
        )
        return None if self.bounded and answer is True else answer

    def may(self, action: str) -> bool | None:
        """Return whether it may take an action on some resource; None for cannot tell."""
        elsewhere = [execution_policy_allows(arn, action) for arn in self.managed_policies]
        return allowed_somewhere(
            action,
            [statement.policy for statement in self.statements],
            granted_by=elsewhere if self.complete else [*elsewhere, None],
        )


@dataclass(frozen=True, kw_only=True)
class FoundCollector:
    """A container that takes traces.

    :param certain: it certainly serves X-Ray. Collectors that do other things as well may not, as
        long as their configuration is unknown and nothing else shows it.
    """

    container: Container
    recognized: RecognizedCollector
    certain: bool

    @property
    def engine(self) -> Engine | None:
        """What runs in it; None for an image that nobody knows."""
        return self.recognized.engine

    @property
    def configuration(self) -> Mapping[str, Any] | Unknown:
        """Its own configuration; empty for the daemon, Unknown where it comes from elsewhere."""
        return self.recognized.configuration

    @property
    def listening(self) -> Listening:
        """Where it takes segments and answers for sampling."""
        return self.recognized.listening


@dataclass(frozen=True, kw_only=True)
class ServiceResource:
    """An ECS service that runs a task definition.

    :param connect: Service Connect gives names to other services.
    :param subnets: of its tasks, in awsvpc mode.
    :param public_address: its tasks have one; None where the template leaves it open.
    """

    place: Place
    name: Text
    cluster: Text
    launch_type: str | None
    daemon: bool
    desired_count: int | None
    distinct_instances: bool
    connect: bool = False
    subnets: Sequence[Text] = ()
    public_address: bool | None = False


@dataclass(frozen=True, kw_only=True)
class TaskDefinition:
    """A task definition with everything around it that tracing depends on.

    :param name: its family, or what else distinguishes it.
    :param mode: ECS's network mode; ``bridge`` where the template names none.
    :param platforms: FARGATE, EC2, EXTERNAL, as far as known.
    :param companions: containers that are neither app nor collector of traces: log routers, init
        containers, agents for metrics or configuration, proxies.
    :param task_roles: one, or what it may be where a condition decides; None where there is none,
        Unknown where it is not in the templates.
    :param execution_role: likewise, where it is certain.
    :param ignored_user: whose traffic App Mesh's proxy leaves alone; None without such a proxy.
    :param beside_daemon: a service of its environment runs a collector on every instance.
    :param open_containers: not all of its containers are in the template.
    """

    place: Place
    logical_id: str
    name: Text
    mode: str | Unknown
    platforms: Sequence[str]
    windows: bool
    apps: Sequence[Container]
    collectors: Sequence[FoundCollector]
    companions: Sequence[Container]
    task_roles: Sequence[Role | Unknown | None]
    execution_role: Role | Unknown | None
    services: Sequence[ServiceResource]
    stack: StackSource
    log_groups: Sequence[LogGroup]
    open_containers: bool = False
    ignored_user: str | None = None
    beside_daemon: bool = False

    @property
    def task_role(self) -> Role | Unknown | None:
        """The task role where it is certain; Unknown where it may be one of several."""
        first, *others = self.task_roles
        return Unknown(expression="a role that a condition decides") if others else first

    @property
    def containers(self) -> Sequence[Container]:
        """Apps first, then collectors, then what is neither."""
        collectors = (collector.container for collector in self.collectors)
        return [*self.apps, *collectors, *self.companions]

    @property
    def is_traced(self) -> bool:
        """Whether a collector of X-Ray's is certainly among the containers."""
        return any(collector.certain for collector in self.collectors)

    def log_group_of(self, container: Container) -> LogGroup | None:
        """Return the log group of the template that a container writes to, if it is certain."""
        group = None if container.log is None else container.log.group
        if group is None:
            return None
        for candidate in self.log_groups:
            if isinstance(group, Unknown) and group.resource == candidate.key:
                return candidate
            if candidate.name is not None and candidate.name == group:
                return candidate
        return None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource with its properties resolved.

    :param key: what distinguishes it from the resources of all stacks: ``dev/orders#Role``.
    :param condition: under which it exists; None where it always does.
    :param ruled_out: conditions that do not hold where it exists.
    :param exists: whether its condition holds; None for cannot tell.
    """

    place: Place
    logical_id: str
    key: str
    type: str
    exists: bool | None
    condition: str | None
    ruled_out: frozenset[str]
    properties: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack's parts."""

    source: StackSource
    task_definitions: Sequence[TaskDefinition]
    resources: Sequence[Resource]
    statements: Sequence[PlacedStatement]
    managed_policies: Sequence[tuple[Place, Text]]

    def of_type(self, kind: str) -> Sequence[Resource]:
        """Return the resources of a CloudFormation type."""
        return [resource for resource in self.resources if resource.type == kind]
