"""Tracing for one task definition, as CDK's own extension hook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import jsii
from aws_cdk import Annotations, AspectPriority, Aspects, IAspect, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from cdk_ecs_xray.cdk.evidence import evidence_of
from cdk_ecs_xray.cdk.fit import containers_of, refuse_second_collector
from cdk_ecs_xray.cdk.image_cache import XRayImageCache
from cdk_ecs_xray.cdk.instrumentation import ContainerChoice, chosen_for
from cdk_ecs_xray.cdk.load import require_load
from cdk_ecs_xray.cdk.log_driver import Logging
from cdk_ecs_xray.cdk.log_group import DEFAULT_REMOVAL_POLICY, DEFAULT_RETENTION
from cdk_ecs_xray.cdk.reach import warn_of_reach
from cdk_ecs_xray.cdk.rendered import companion_in
from cdk_ecs_xray.cdk.sidecar import XRaySidecar
from cdk_ecs_xray.cdk.strangers import warn_of_strangers
from cdk_ecs_xray.cdk.tracing_name import TracingName, name_of, require_tracing_name
from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.collectors.recognition import is_trace_collector
from cdk_ecs_xray.errors import EcsXRayError, Problem
from cdk_ecs_xray.instrumentation.choice import (
    collector_for,
    missing_containers,
    signals_wanted,
)
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.profile import SidecarProfile

CONSTRUCT_ID = "XRay"


@jsii.implements(ecs.ITaskDefinitionExtension)
class XRayTracing:
    """Adds a collector to a task definition and connects every app container to it.

    ``task_definition.add_extension(XRayTracing())`` provisions what :class:`XRaySidecar` does,
    and connects all containers, those added later too. Adding the extension twice changes nothing.
    One object can extend many task definitions.

    :param collector: what runs in the sidecar; the X-Ray daemon by default, and ADOT where
        ``instrument`` is given, or the CloudWatch agent with its ``application_signals``.
    :param naming: the reference setup's names; see :class:`XRaySidecar`.
    :param profile: sizes and failure behavior; :attr:`SidecarProfile.SAFE` by default.
    :param tracing_name: the service's name in X-Ray, or a function that names a container. None
        takes the naming's service, else a name from the ECS service, pattern or construct. False
        leaves it to the app's code, over which ``AWS_XRAY_TRACING_NAME`` would win.
    :param expected_segments_per_second: sizes the sidecar; see :class:`XRaySidecar`.
    :param image_cache: where an image of public.ecr.aws is pulled from instead.
    :param logging: ``awslogs``, ``none`` or any of CDK's log drivers.
    :param log_group: an existing log group for awslogs; None creates one with the next options.
    :param log_retention: one month by default.
    :param log_removal_policy: destroyed with its stack by default.
    :param log_encryption_key: KMS key for the created log group.
    :param instrument: traces apps without touching their code: one language such as
        :class:`PythonInstrumentation` for all of them, languages by the names of containers, or a
        function that returns one for a container, or None. The collector must take OTLP.
    :raises ConfigurationError: for a negative load, and for instrumentation with a collector that
        does not take OTLP.
    """

    def __init__(
        self,
        *,
        collector: Collector | None = None,
        naming: Naming | None = None,
        profile: SidecarProfile = SidecarProfile.SAFE,
        tracing_name: TracingName = None,
        expected_segments_per_second: int | None = None,
        image_cache: XRayImageCache | None = None,
        logging: Logging = "awslogs",
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = DEFAULT_RETENTION,
        log_removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
        log_encryption_key: kms.IKey | None = None,
        instrument: ContainerChoice = None,
    ) -> None:
        # What CDK calls back cannot raise an error of its own class, so it is raised here.
        require_load(expected_segments_per_second)
        if instrument is not None:
            collector = collector_for(
                collector,
                instrumented=True,
                where="XRayTracing",
                signals=signals_wanted(instrument),
            )
        self._collector = collector
        self._instrument: ContainerChoice = instrument
        self._naming = naming
        self._profile = profile
        require_tracing_name(tracing_name)
        self._tracing_name: TracingName = tracing_name
        self._expected_segments_per_second = expected_segments_per_second
        self._image_cache = image_cache
        self._logging = logging
        self._log_group = log_group
        self._log_retention = log_retention
        self._log_removal_policy = log_removal_policy
        self._log_encryption_key = log_encryption_key

    def extend(self, task_definition: ecs.TaskDefinition) -> None:
        """Add the sidecar; called by CDK. A task definition that has one already stays as is.

        A task definition that cannot be traced gets an error annotation, which fails the
        synthesis: an exception from here would reach the user without its class.
        """
        if XRaySidecar.find(task_definition) is not None:
            return
        try:
            self.add_sidecar(task_definition)
        except EcsXRayError as error:
            for problem in error.problems:
                Annotations.of(task_definition).add_error(f"[ecs-xray:not-traced] {problem}")
            return
        # Containers may be added after this call, and a user's own setting made after it wins.
        Aspects.of(task_definition).add(_Wiring(self), priority=AspectPriority.MUTATING)

    def add_sidecar(self, task_definition: ecs.TaskDefinition) -> XRaySidecar:
        """Add the sidecar without wiring any container to it.

        :raises EcsXRayError: with every reason why that cannot be done.
        """
        return XRaySidecar(
            task_definition,
            CONSTRUCT_ID,
            task_definition=task_definition,
            collector=self._collector,
            naming=self._naming,
            profile=self._profile,
            expected_segments_per_second=self._expected_segments_per_second,
            image_cache=self._image_cache,
            logging=self._logging,
            log_group=self._log_group,
            log_retention=self._log_retention,
            log_removal_policy=self._log_removal_policy,
            log_encryption_key=self._log_encryption_key,
        )

    def wire(self, container: ecs.ContainerDefinition) -> None:
        """Wire a container to the sidecar of its task definition, where that has one."""
        sidecar = XRaySidecar.find(container.task_definition)
        if sidecar is None or container.container_name == sidecar.container.container_name:
            return
        evidence = evidence_of(container)
        # Log routers, agents, proxies and init containers serve no requests to trace.
        if companion_in(container, evidence) is not None:
            return
        if is_trace_collector(evidence):
            refuse_second_collector(container)
            return
        name, instrument = self._name(container), chosen_for(self._instrument, container)
        try:
            sidecar.attach(container, tracing_name=name, instrument=instrument)
        except EcsXRayError as error:
            for problem in error.problems:
                Annotations.of(container).add_warning_v2("ecs-xray:not-instrumented", str(problem))
            sidecar.attach(container, tracing_name=name)

    def containers_missing_in(self, task_definition: ecs.TaskDefinition) -> Sequence[Problem]:
        """Return the containers that are to be instrumented and are not in a task definition."""
        choice = self._instrument if isinstance(self._instrument, Mapping) else None
        names = [container.container_name for container in containers_of(task_definition)]
        return missing_containers(choice, names, where=task_definition.node.path)

    def _name(self, container: ecs.ContainerDefinition) -> str | Literal[False]:
        if self._tracing_name is None and self._naming is not None:
            return self._naming.service
        name = name_of(self._tracing_name, container)
        return False if name is None else name


@jsii.implements(IAspect)
class _Wiring:
    """Wires the containers of one task definition when all of them are known."""

    def __init__(self, tracing: XRayTracing) -> None:
        self._tracing = tracing

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.ContainerDefinition):
            self._tracing.wire(node)
        elif isinstance(node, ecs.TaskDefinition):
            sidecar = XRaySidecar.find(node)
            for problem in self._tracing.containers_missing_in(node):
                Annotations.of(node).add_error(f"[ecs-xray:not-instrumented] {problem}")
            warn_of_strangers(node)
            if sidecar is not None:
                warn_of_reach(sidecar.container)
            for problem in () if sidecar is None else sidecar.misfits():
                Annotations.of(node).add_error(f"[ecs-xray:does-not-fit] {problem}")
