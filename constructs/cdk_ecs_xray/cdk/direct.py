"""Spans that go to X-Ray without any collector, as CDK's own extension hook."""

from __future__ import annotations

from collections.abc import Mapping

import jsii
from aws_cdk import Annotations, AspectPriority, Aspects, IAspect, Stack
from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.evidence import evidence_of
from cdk_ecs_xray.cdk.permissions import grant_write_traces
from cdk_ecs_xray.cdk.rendered import companion_in
from cdk_ecs_xray.cdk.sidecar import XRaySidecar
from cdk_ecs_xray.cdk.tracing_name import TracingName, name_of, require_tracing_name
from cdk_ecs_xray.cdk.wiring import present_wiring, wire_environment
from cdk_ecs_xray.collectors.exporter import traces_endpoint
from cdk_ecs_xray.collectors.recognition import is_trace_collector
from cdk_ecs_xray.collectors.write_access import write_actions
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.direct import (
    Distribution,
    app_problems,
    choice_problems,
    direct_environment,
)
from cdk_ecs_xray.plan.open_telemetry import SERVICE_NAME


@jsii.implements(ecs.ITaskDefinitionExtension)
class XRayDirect:
    """Lets the apps of a task definition send spans to X-Ray by themselves.

    Provisions no container: AWS's distributions of OpenTelemetry sign their requests to X-Ray's
    endpoint with the task role, which is granted X-Ray's write actions and those of spans. The
    endpoint takes spans only with Transaction Search on. Nothing serves the account's sampling
    rules, so a fixed ratio decides. X-Ray SDKs, and OpenTelemetry's plain ones, cannot be used.

    :param distribution: AWS's distribution in the images of the apps; it has to be there already.
    :param sampling_ratio: the part of traces that is recorded, of those that no caller decided;
        0.05 by default, the rate of X-Ray's own default rule.
    :param botocore_in_image: declares that the image of a Python app has botocore, which its
        distribution neither brings nor misses at its start.
    :param tracing_name: see :class:`XRayTracing`.
    :raises ConfigurationError: for what cannot work, such as Python without botocore.
    """

    def __init__(
        self,
        *,
        distribution: Distribution,
        sampling_ratio: float = 0.05,
        botocore_in_image: bool = False,
        tracing_name: TracingName = None,
    ) -> None:
        problems = choice_problems(
            distribution, sampling_ratio=sampling_ratio, botocore_in_image=botocore_in_image
        )
        if problems:
            raise ConfigurationError(*problems)
        require_tracing_name(tracing_name)
        self._distribution: Distribution = distribution
        self._sampling_ratio = sampling_ratio
        self._tracing_name = tracing_name

    def extend(self, task_definition: ecs.TaskDefinition) -> None:
        """Grant the task role and wire every app container; called by CDK."""
        grant_write_traces(task_definition.task_role, actions=write_actions(spans=True))
        stack = Stack.of(task_definition)
        environment = direct_environment(
            self._distribution,
            endpoint=traces_endpoint(stack.region, stack.url_suffix),
            sampling_ratio=self._sampling_ratio,
        )
        # Containers may be added after this call.
        Aspects.of(task_definition).add(
            _Wiring(self._distribution, environment, self._tracing_name),
            priority=AspectPriority.MUTATING,
        )


@jsii.implements(IAspect)
class _Wiring:
    """Wires the containers of one task definition when all of them are known."""

    def __init__(
        self, distribution: Distribution, environment: Mapping[str, str], tracing_name: TracingName
    ) -> None:
        self._distribution = distribution
        self._environment = environment
        self._tracing_name = tracing_name

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.ContainerDefinition):
            self._wire(node)
        elif isinstance(node, ecs.TaskDefinition) and XRaySidecar.find(node) is not None:
            problem = Problem(
                where=node.node.path,
                what="XRayDirect and XRayTracing cannot be combined",
                fix="Keep one.",
            )
            Annotations.of(node).add_error(f"[ecs-xray:not-traced] {problem}")

    def _wire(self, container: ecs.ContainerDefinition) -> None:
        # Of both ways at once an error on the task definition says enough.
        if XRaySidecar.find(container.task_definition) is not None:
            return
        evidence = evidence_of(container)
        if companion_in(container, evidence) is not None or is_trace_collector(evidence):
            return
        present = present_wiring(container)
        problems = list(app_problems(present, self._distribution, self._environment))
        for problem in problems:
            Annotations.of(container).add_error(f"[ecs-xray:not-traced] {problem}")
        if problems:
            return
        name = name_of(self._tracing_name, container)
        named = {} if name is None else {SERVICE_NAME: name}
        wire_environment(container, {**self._environment, **named})
