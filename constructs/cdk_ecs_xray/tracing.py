"""Tracing for one task definition, as CDK's own extension hook."""

from __future__ import annotations

import jsii
from aws_cdk import Annotations, AspectPriority, Aspects, IAspect, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.errors import EcsXRayError
from cdk_ecs_xray.log_group import DEFAULT_REMOVAL_POLICY, DEFAULT_RETENTION
from cdk_ecs_xray.naming import Naming
from cdk_ecs_xray.profile import SidecarProfile
from cdk_ecs_xray.sidecar import XRaySidecar

CONSTRUCT_ID = "XRay"


@jsii.implements(ecs.ITaskDefinitionExtension)
class XRayTracing:
    """Adds a collector to a task definition and wires every app container to it.

    ``task_definition.add_extension(XRayTracing())`` provisions what :class:`XRaySidecar` does,
    and wires all containers, those added later too. Adding the extension twice changes nothing.
    One object can extend many task definitions.

    :param collector: what runs in the sidecar; the X-Ray daemon unless told.
    :param naming: the article's names; see :class:`XRaySidecar`.
    :param profile: sizes and failure behaviour; :attr:`SidecarProfile.SAFE` unless told.
    :param tracing_name: the service's name in X-Ray; see :meth:`XRaySidecar.attach`.
    :param log_group: an existing log group; None creates one.
    :param log_retention: one month unless told.
    :param log_removal_policy: destroyed with its stack unless told.
    """

    def __init__(
        self,
        *,
        collector: Collector | None = None,
        naming: Naming | None = None,
        profile: SidecarProfile = SidecarProfile.SAFE,
        tracing_name: str | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = DEFAULT_RETENTION,
        log_removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
    ) -> None:
        self._collector = collector
        self._naming = naming
        self._profile = profile
        self._tracing_name = tracing_name
        self._log_group = log_group
        self._log_retention = log_retention
        self._log_removal_policy = log_removal_policy

    def extend(self, task_definition: ecs.TaskDefinition) -> None:
        """Add the sidecar; called by CDK. A task definition that has one already stays as is.

        A task definition that cannot be traced gets an error annotation, which fails the
        synthesis: an exception from here would reach the user without its text's type.
        """
        if XRaySidecar.of(task_definition) is not None:
            return
        try:
            sidecar = XRaySidecar(
                task_definition,
                CONSTRUCT_ID,
                task_definition=task_definition,
                collector=self._collector,
                naming=self._naming,
                profile=self._profile,
                log_group=self._log_group,
                log_retention=self._log_retention,
                log_removal_policy=self._log_removal_policy,
            )
        except EcsXRayError as error:
            for problem in error.problems:
                Annotations.of(task_definition).add_error(f"[ecs-xray:not-traced] {problem}")
            return
        # Containers may be added after this call, and a user's own setting made after it wins.
        Aspects.of(task_definition).add(
            _Wiring(sidecar, self._tracing_name), priority=AspectPriority.MUTATING
        )


@jsii.implements(IAspect)
class _Wiring:
    def __init__(self, sidecar: XRaySidecar, tracing_name: str | None) -> None:
        self._sidecar = sidecar
        self._tracing_name = tracing_name

    def visit(self, node: IConstruct) -> None:
        # A log router carries other containers' logs; it serves no requests to trace.
        if isinstance(node, ecs.ContainerDefinition) and not isinstance(
            node, ecs.FirelensLogRouter
        ):
            self._sidecar.attach(node, tracing_name=self._tracing_name)
