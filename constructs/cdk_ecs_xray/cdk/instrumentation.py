"""Loads an agent into app containers, from an init container of the same task definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.cdk.execution_role import grant_execution
from cdk_ecs_xray.cdk.fit import init_problems
from cdk_ecs_xray.cdk.group_creation import GroupCreation
from cdk_ecs_xray.cdk.image_cache import XRayImageCache
from cdk_ecs_xray.cdk.image_pull import acknowledge_pull, is_private, pull_statements
from cdk_ecs_xray.cdk.log_driver import Logging, ungranted_log_driver
from cdk_ecs_xray.cdk.rendered import resource_of
from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.errors import UnsupportedTaskDefinitionError
from cdk_ecs_xray.instrumentation import AppPlace, Instrumentation
from cdk_ecs_xray.instrumentation.choice import (
    Choice,
    different_agents,
    instrumentation_of,
    require_taken,
)
from cdk_ecs_xray.instrumentation.description import wants_application_signals
from cdk_ecs_xray.plan.instrumentation import Agent, Architecture, plan_agent, taken_paths
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.wiring import PresentWiring

ContainerChoice = Choice | Callable[[ecs.ContainerDefinition], Instrumentation | None]
"""One language, languages by the names of containers, or a function that chooses."""

_ARCHITECTURES: Mapping[str, Architecture] = {"X86_64": "x86_64", "ARM64": "arm64"}
_CONDITIONS = {
    "SUCCESS": ecs.ContainerDependencyCondition.SUCCESS,
    "COMPLETE": ecs.ContainerDependencyCondition.COMPLETE,
}


def chosen_for(
    choice: ContainerChoice, container: ecs.ContainerDefinition
) -> Instrumentation | None:
    """Return how a container is to be instrumented; None where it is not."""
    # An instrumentation of the user's own may be callable too.
    if callable(choice) and not isinstance(choice, Instrumentation):
        return choice(container)
    return instrumentation_of(choice, container.container_name)


class InitContainers:
    """The init containers of one task definition, one for each language.

    :param sidecar: owns the constructs that they need beside themselves.
    :param task_definition: which they are part of.
    :param collector: must take OTLP for an app to be instrumented.
    :param logging: of the collector, which the init containers share.
    :param log_group: for awslogs.
    """

    def __init__(
        self,
        sidecar: Construct,
        *,
        task_definition: ecs.TaskDefinition,
        collector: Collector,
        profile: SidecarProfile,
        image_cache: XRayImageCache | None,
        logging: Logging,
        log_group: logs.ILogGroup | None,
        creation: GroupCreation | None,
    ) -> None:
        self._scope = sidecar
        self._task_definition = task_definition
        self._image_cache = image_cache
        self._collector = collector
        self._log_driver: ecs.LogDriver | None = None
        if isinstance(logging, ecs.LogDriver):
            self._log_driver = logging
        elif logging == "awslogs" and log_group is not None:
            # Writing to the group has been granted for the collector.
            self._log_driver = ungranted_log_driver(log_group, profile, creation=creation)
        self._agents: dict[str, Agent] = {}
        self._containers: dict[str, ecs.ContainerDefinition] = {}

    def load(
        self,
        container: ecs.ContainerDefinition,
        instrumentation: Instrumentation,
        present: PresentWiring,
    ) -> Agent | None:
        """Load an agent into an app; None, with a warning, where what it has forbids that.

        :raises EcsXRayError: with every reason why it cannot be; nothing is changed then.
        """
        signals = wants_application_signals(instrumentation)
        require_taken(self._collector, where=container.node.path, signals=signals)
        agent = self._agent(container, instrumentation)
        plan = plan_agent(present, agent)
        init = self._container(container, agent) if plan.loads else None
        for warned in plan.warnings:
            Annotations.of(container).add_warning_v2(warned.id, str(warned.problem))
        if init is None:
            return None
        container.add_mount_points(_mount(agent, read_only=True))
        container.add_container_dependencies(
            ecs.ContainerDependency(container=init, condition=_CONDITIONS[agent.starts_after])
        )
        for name, value in plan.variables.items():
            container.add_environment(name, value)
        return agent

    def _agent(self, container: ecs.ContainerDefinition, instrumentation: Instrumentation) -> Agent:
        place = AppPlace(
            where=container.node.path, architecture=_architecture_of(self._task_definition)
        )
        agent = instrumentation.agent(place)
        if self._image_cache is not None:
            agent = replace(agent, image=self._image_cache.image(agent.image))
        return agent

    def _container(self, app: ecs.ContainerDefinition, agent: Agent) -> ecs.ContainerDefinition:
        where = self._task_definition.node.path
        there = self._agents.get(agent.name)
        problems = [] if there is None else [*different_agents([there, agent], where=where)]
        mounts = {str(one.container_path): str(one.source_volume) for one in app.mount_points}
        problems += taken_paths(agent, where=app.node.path, mounts=mounts)
        if there is None:
            problems += init_problems(self._task_definition, agent)
        if problems:
            raise UnsupportedTaskDefinitionError(*problems)
        if there is None:
            self._agents[agent.name] = agent
            self._containers[agent.name] = self._add(agent)
        return self._containers[agent.name]

    def _add(self, agent: Agent) -> ecs.ContainerDefinition:
        task_definition = self._task_definition
        task_definition.add_volume(name=agent.name)
        container = task_definition.add_container(
            agent.name,
            container_name=agent.name,
            image=ecs.ContainerImage.from_registry(agent.image),
            command=list(agent.command),
            essential=False,
            cpu=0,
            memory_limit_mib=agent.memory_mib,
            # It writes to the volume alone.
            readonly_root_filesystem=True,
            logging=self._log_driver,
        )
        container.add_mount_points(_mount(agent, read_only=False))
        statements = list(pull_statements(Stack.of(self._scope), agent.image))
        if is_private(agent.image):
            acknowledge_pull(container)
        if statements:
            grant_execution(self._scope, task_definition.obtain_execution_role(), statements)
        return container


def _mount(agent: Agent, *, read_only: bool) -> ecs.MountPoint:
    return ecs.MountPoint(container_path=agent.path, source_volume=agent.name, read_only=read_only)


def _architecture_of(task_definition: ecs.TaskDefinition) -> Architecture | None:
    platform = Stack.of(task_definition).resolve(resource_of(task_definition).runtime_platform)
    named = platform.get("cpuArchitecture") if isinstance(platform, Mapping) else None
    if named is None and task_definition.compatibility is ecs.Compatibility.FARGATE:
        # Fargate's default, in the documentation of cpuArchitecture.
        return "x86_64"
    return _ARCHITECTURES.get(str(named))
