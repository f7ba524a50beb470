"""Tracing for a whole app at once."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import jsii
from aws_cdk import Annotations, IAspect, Stack
from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.evidence import evidence_of
from cdk_ecs_xray.cdk.fit import containers_of
from cdk_ecs_xray.cdk.reach import warn_of_reach
from cdk_ecs_xray.cdk.reference import jsii_reference
from cdk_ecs_xray.cdk.rendered import evidence_in, strangers_in
from cdk_ecs_xray.cdk.sidecar import XRaySidecar
from cdk_ecs_xray.cdk.strangers import warn_of_strangers
from cdk_ecs_xray.cdk.tracing import XRayTracing
from cdk_ecs_xray.cdk.unreached import (
    reason_problems,
    require_patterns,
    warn_of_idle_patterns,
    warn_of_raw_task_definitions,
    warn_of_stages,
)
from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem

# Held here for the reason that XRaySidecar's register gives.
_EXCLUDED: dict[str, str] = {}


@jsii.implements(IAspect)
class XRayTracingAspect:
    """Traces every task definition below a scope, those of ``aws_ecs_patterns`` included.

    ``Aspects.of(app).add(XRayTracingAspect(), priority=AspectPriority.MUTATING)`` provisions an
    :class:`XRaySidecar` in each. Every stack gets one line with what was traced, what was
    not, and why. A task definition that cannot be traced gets a warning and stays as it is. Task
    definitions that were imported are not part of the app and stay untraced. CDK applies no
    aspect of an app inside a Stage: add it to each Stage. A warning names the Stages without one,
    L1 task definitions, and patterns that match nothing.

    :param tracing: what to add; ``XRayTracing()`` by default.
    :param include: patterns such as ``prod/*`` of construct paths to trace; all by default.
    :param exclude: patterns of construct paths to leave alone, each with its reason.
    :raises ConfigurationError: for patterns that are none, and an exclusion without a reason.
    """

    def __init__(
        self,
        *,
        tracing: XRayTracing | None = None,
        include: Sequence[str] = ("*",),
        exclude: dict[str, str] | None = None,
    ) -> None:
        self._tracing = XRayTracing() if tracing is None else tracing
        exclude = {} if exclude is None else exclude
        require_patterns(include, exclude)
        self._include = tuple(include)
        self._exclude = dict(exclude)
        self._seen: set[str] = set()
        self._began = False

    @staticmethod
    def exclude(task_definition: ecs.TaskDefinition, *, reason: str) -> None:
        """Leave one task definition untraced, whatever the aspect's patterns say.

        :raises ConfigurationError: for an empty reason.
        """
        if not isinstance(task_definition, ecs.TaskDefinition):
            raise ConfigurationError(
                Problem(
                    where="XRayTracingAspect.exclude",
                    what="must be given a task definition of this app",
                    got=type(task_definition).__name__,
                    fix="Imported and L1 task definitions are not traced anyway.",
                )
            )
        problems = reason_problems(f"{task_definition.node.path}: exclude", reason)
        if problems:
            raise ConfigurationError(*problems)
        _EXCLUDED[jsii_reference(task_definition)] = reason

    def visit(self, node: IConstruct) -> None:
        """Trace what is below a stack at once, and what other aspects add later; called by CDK."""
        if not self._began:
            # CDK visits the scope that the aspect was added to before all that is below.
            self._began = True
            warn_of_stages(node, XRayTracingAspect)
            warn_of_idle_patterns(
                node, [one for one in [*self._include, *self._exclude] if one != "*"]
            )
        if Stack.is_stack(node):
            below = node.node.find_all()
            self._trace_all(node, [child for child in below if _in(node, child)])
            warn_of_raw_task_definitions(node, below, self._passes_over)
        elif isinstance(node, ecs.TaskDefinition):
            self._trace_all(node, [node])
        elif isinstance(node, ecs.ContainerDefinition) and self._is_traced(node.task_definition):
            self._tracing.wire(node)

    def _trace_all(self, place: IConstruct, nodes: Sequence[IConstruct]) -> None:
        traced, skipped = [], []
        for node in nodes:
            if not isinstance(node, ecs.TaskDefinition) or node.node.path in self._seen:
                continue
            self._seen.add(node.node.path)
            reason = self._trace(node)
            if reason is None:
                traced.append(node.node.path)
            else:
                skipped.append(f"{node.node.path} ({reason})")
        if traced or skipped:
            Annotations.of(place).add_info(
                f"[ecs-xray:summary] traced {len(traced)}: {', '.join(traced) or 'none'}; "
                f"skipped {len(skipped)}: {', '.join(skipped) or 'none'}"
            )

    def _trace(self, task_definition: ecs.TaskDefinition) -> str | None:
        """Trace one task definition, or return why not."""
        reason = self._reason_to_skip(task_definition)
        if reason is not None:
            return reason
        try:
            self._tracing.add_sidecar(task_definition)
        except EcsXRayError as error:
            for problem in error.problems:
                Annotations.of(task_definition).add_warning_v2("ecs-xray:not-traced", str(problem))
            return "cannot be traced, see its warning"
        for container in containers_of(task_definition):
            self._tracing.wire(container)
        warn_of_strangers(task_definition)
        warn_of_reach(XRaySidecar.of(task_definition).container)
        return None

    def _reason_to_skip(self, task_definition: ecs.TaskDefinition) -> str | None:
        path = task_definition.node.path
        excluded = _EXCLUDED.get(jsii_reference(task_definition))
        if excluded is not None:
            return excluded
        passed_over = self._passes_over(path)
        if passed_over is not None:
            return passed_over
        if XRaySidecar.find(task_definition) is not None:
            return "already has a sidecar"
        for container in containers_of(task_definition):
            if collects_traces(evidence_of(container)):
                return f"brings its own collector, '{container.container_name}'"
        for definition in strangers_in(task_definition):
            if collects_traces(evidence_in(definition)):
                return f"brings its own collector, '{definition.get('Name')}'"
        return None

    def _passes_over(self, path: str) -> str | None:
        """Return why the patterns leave a path alone; None where they do not."""
        for pattern, reason in self._exclude.items():
            if fnmatchcase(path, pattern):
                return reason
        if not any(fnmatchcase(path, pattern) for pattern in self._include):
            return "not included"
        return None

    def _is_traced(self, task_definition: ecs.TaskDefinition) -> bool:
        return (
            XRaySidecar.find(task_definition) is not None
            and self._reason_to_skip(task_definition) == "already has a sidecar"
        )


def _in(stack: IConstruct, node: IConstruct) -> bool:
    # A nested stack is visited by itself.
    return isinstance(node, ecs.TaskDefinition) and Stack.of(node).node.path == stack.node.path
