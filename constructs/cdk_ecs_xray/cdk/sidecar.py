"""A collector beside the app, in one task definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.cdk.container import add_collector_container, placed, warn_of_profile
from cdk_ecs_xray.cdk.finished import check_when_finished
from cdk_ecs_xray.cdk.fit import late_problems, mode_problem, problems_of
from cdk_ecs_xray.cdk.group_creation import GroupCreation
from cdk_ecs_xray.cdk.image_cache import XRayImageCache
from cdk_ecs_xray.cdk.instrumentation import InitContainers
from cdk_ecs_xray.cdk.load import sized, warn_of_load
from cdk_ecs_xray.cdk.log_driver import Logging
from cdk_ecs_xray.cdk.log_group import DEFAULT_REMOVAL_POLICY, DEFAULT_RETENTION, XRayLogGroup
from cdk_ecs_xray.cdk.log_groups import AppLogGroups
from cdk_ecs_xray.cdk.modes import NETWORK_MODES
from cdk_ecs_xray.cdk.permissions import grant_collector
from cdk_ecs_xray.cdk.reference import jsii_reference
from cdk_ecs_xray.cdk.rendered import mesh_properties_of, network_mode_of
from cdk_ecs_xray.cdk.tracing_name import found_name, warn_of_shared_name
from cdk_ecs_xray.cdk.wiring import present_wiring, wire
from cdk_ecs_xray.collectors import Collector, CollectorContainer, Placement, XRayDaemon
from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.errors import ConfigurationError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.advice import proxied_collector
from cdk_ecs_xray.instrumentation import Instrumentation
from cdk_ecs_xray.plan.fit import Ports
from cdk_ecs_xray.plan.instrumentation import instrumented_environment
from cdk_ecs_xray.plan.mesh import ignored_user
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.network import NETWORKS
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.wiring import PresentWiring

# jsii holds Python's side of a construct weakly, so without this a sidecar nobody assigned to a
# variable would be forgotten. The JavaScript side of a construct lives as long as the process.
_SIDECARS: dict[str, XRaySidecar] = {}


class XRaySidecar(Construct):
    """Provisions a collector container in a task definition, its log group and its permissions.

    Costs the profile's cpu and memory in every task. Grants :func:`grant_write_traces` to the
    task role. Wire app containers with :meth:`attach`; :class:`XRayTracing` does both at once.

    :param task_definition: EC2, External or Fargate, in bridge, host or awsvpc mode, on Linux.
    :param collector: what runs in the container; the X-Ray daemon by default.
    :param naming: the reference setup's names; None names the container after the collector and
        leaves the log group's name to CloudFormation.
    :param profile: sizes and failure behavior; :attr:`SidecarProfile.SAFE` by default.
    :param expected_segments_per_second: sizes the container in your unit: picks cpu for the
        default profile by what was measured of the collector, and warns when a profile of yours
        carries less, no sidecar so much, or the collector was not measured.
    :param image_cache: where an image of public.ecr.aws is pulled from instead.
    :param logging: ``awslogs``, ``none`` or any of CDK's log drivers, FireLens for one.
    :param log_group: an existing log group for awslogs; None creates one with the next options.
    :param log_retention: one month by default.
    :param log_removal_policy: destroyed with its stack by default.
    :param log_encryption_key: KMS key for the created log group.
    :raises UnsupportedTaskDefinitionError: with every reason why this task definition cannot
        carry the sidecar: network mode, Windows, a taken name or port, ten containers, or too
        little cpu or memory in the task.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task_definition: ecs.TaskDefinition,
        collector: Collector | None = None,
        naming: Naming | None = None,
        profile: SidecarProfile = SidecarProfile.SAFE,
        expected_segments_per_second: int | None = None,
        image_cache: XRayImageCache | None = None,
        logging: Logging = "awslogs",
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = DEFAULT_RETENTION,
        log_removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
        log_encryption_key: kms.IKey | None = None,
    ) -> None:
        self.collector: Collector = XRayDaemon() if collector is None else collector
        self.profile: SidecarProfile = sized(
            profile, expected_segments_per_second, collector=self.collector
        )
        name = self.collector.container_name if naming is None else naming.container_name
        mode = network_mode_of(task_definition)
        network = NETWORKS.get(mode)
        placement = None if network is None else placed(task_definition, network, self.profile)
        description = None if placement is None else self._describe(placement, image_cache)
        self._opened_ports: Sequence[Ports] = [] if description is None else opened_by(description)
        problems = problems_of(
            task_definition,
            mode=mode,
            container_name=name,
            ports=self._opened_ports,
            profile=self.profile,
        )
        made = NETWORK_MODES[task_definition.network_mode]
        if mode != made and "bridge" in (mode, made) and mode != "host":
            problems = [*problems, mode_problem(task_definition, made=made, mode=mode)]
        if problems or network is None or description is None or placement is None:
            raise UnsupportedTaskDefinitionError(*problems)
        self._network = network
        super().__init__(scope, construct_id)
        self.task_definition: ecs.TaskDefinition = task_definition
        self._naming = naming
        self._application_environment = self.collector.application_environment(network.host(name))
        # By name, which is unique in a task definition; the sidecar needs no wiring to itself.
        self._attached = {name}
        self._container_name = name
        # A group of the user's may be one that an app's log driver creates.
        log = logging == "awslogs"
        self._creation = GroupCreation(self, log_group) if log and log_group is not None else None
        if log_group is None and log:
            log_group = XRayLogGroup(
                self,
                "LogGroup",
                log_group_name=None if naming is None else naming.log_group_name,
                retention=log_retention,
                removal_policy=log_removal_policy,
                encryption_key=log_encryption_key,
            )
        self.log_group: logs.ILogGroup | None = log_group
        self._app_logs = AppLogGroups(partial(self._describe, placement, image_cache))
        self._inits = InitContainers(
            self,
            task_definition=task_definition,
            collector=self.collector,
            profile=self.profile,
            image_cache=image_cache,
            logging=logging,
            log_group=log_group,
            creation=self._creation,
        )
        self.grant: iam.Grant = grant_collector(self, task_definition.task_role, description)
        self.container: ecs.ContainerDefinition = add_collector_container(
            self,
            task_definition=task_definition,
            name=name,
            description=self._app_logs.filled_later(description),
            network=self._network,
            profile=self.profile,
            logging=logging,
            log_group=log_group,
            user=self._user(description),
            creation=self._creation,
        )
        if image_cache is not None and image_cache.rule is not None:
            # The first task must not start before its image can be pulled.
            task_definition.node.add_dependency(image_cache.rule)
        warn_of_load(
            self,
            expected_segments_per_second,
            collector=self.collector,
            task_definition=task_definition,
            cpu=self.profile.cpu,
        )
        warn_of_profile(self, self.profile, network=self._network, description=description)
        _SIDECARS[jsii_reference(task_definition)] = self
        check_when_finished(
            self.container, self._application_environment, self._attached, description.actions
        )

    @staticmethod
    def of(task_definition: ecs.TaskDefinition) -> XRaySidecar:
        """Return the sidecar of a task definition.

        :raises ConfigurationError: where it has none; :meth:`find` returns None there.
        """
        sidecar = XRaySidecar.find(task_definition)
        if sidecar is None:
            raise ConfigurationError(
                Problem(
                    where=task_definition.node.path,
                    what="sidecar not found",
                    fix="Add one with add_extension(XRayTracing()).",
                )
            )
        return sidecar

    @staticmethod
    def find(task_definition: ecs.TaskDefinition) -> XRaySidecar | None:
        """Return the sidecar of a task definition, or None where it has none."""
        return _SIDECARS.get(jsii_reference(task_definition))

    @property
    def address(self) -> str:
        """The host and port that apps of this task definition send segments to.

        :raises ConfigurationError: where the collector takes no segments of X-Ray SDKs.
        """
        found = self._application_environment.get("AWS_XRAY_DAEMON_ADDRESS")
        if found is None:
            raise ConfigurationError(
                Problem(
                    where=self.node.path,
                    what="an address for X-Ray SDKs not found, as this collector takes spans alone",
                    fix="Send OpenTelemetry's spans, or take another collector or exporter.",
                )
            )
        return found

    def application_environment(self, tracing_name: str | None) -> Mapping[str, str]:
        """Return the variables of an app that reports under this name in X-Ray.

        :param tracing_name: None leaves the name to the app's code.
        """
        if tracing_name is None:
            return dict(self._application_environment)
        return named(self._application_environment, tracing_name)

    def attach(
        self,
        container: ecs.ContainerDefinition,
        *,
        tracing_name: str | Literal[False] | None = None,
        present: PresentWiring | None = None,
        instrument: Instrumentation | None = None,
    ) -> None:
        """Wire an app container to the collector: environment, link and start order.

        What the container already has stays, with a warning where it disagrees. Attaching twice
        changes nothing.

        :param tracing_name: the service's name in X-Ray. None takes the naming's service, or
            a name from the constructs: the X-Ray SDK for Python refuses a nameless segment.
            False leaves the name to the app's code, over which the variable would win.
        :param present: what the container has, for callers that know, as they have just made it.
            None asks CDK, which takes some 8 ms: it hands over a definition in forty pieces.
        :param instrument: traces an app without touching its code: adds an init container for its
            language, a volume, and the variable that loads it. The collector must take OTLP.
        :raises EcsXRayError: with every reason why it cannot be instrumented; nothing is changed.
        """
        name = container.container_name
        if name in self._attached:
            return
        present = present_wiring(container) if present is None else present
        agent = None if instrument is None else self._inits.load(container, instrument, present)
        self._attached.add(name)
        if tracing_name is None:
            tracing_name = self._naming.service if self._naming else found_name(container)
        self._app_logs.add(container)
        if self._creation is not None:
            self._creation.carry_over(container)
        name_in_xray = wire(
            container,
            to=self.container,
            name=self._container_name,
            linked=self._network.linked,
            present=present,
            environment=instrumented_environment(
                agent, self.application_environment(None if tracing_name is False else tracing_name)
            ),
            start_order=self.profile.start_order,
        )
        if name_in_xray is not None:
            warn_of_shared_name(container, name_in_xray)

    def misfits(self) -> Sequence[Problem]:
        """Return what does not fit beside the collector of what was added after it."""
        mode = network_mode_of(self.task_definition)
        if mode != self._network.mode:
            return [mode_problem(self.task_definition, made=self._network.mode, mode=mode)]
        return late_problems(
            self.task_definition, container_name=self._container_name, ports=self._opened_ports
        )

    def _describe(
        self,
        placement: Placement,
        image_cache: XRayImageCache | None,
        log_groups: Sequence[str] = (),
    ) -> CollectorContainer:
        described = self.collector.describe(replace(placement, log_groups=tuple(log_groups)))
        if image_cache is None:
            return described
        return replace(described, image=image_cache.image(described.image))

    def _user(self, description: CollectorContainer) -> str | None:
        properties = mesh_properties_of(self.task_definition)
        if properties is None:
            return None
        user = ignored_user(properties, image_user=description.image_user)
        if user is None:
            warned = proxied_collector(self.node.path)
            Annotations.of(self).add_warning_v2(warned.id, str(warned.problem))
        return user
