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
from cdk_ecs_xray.cdk.reference import jsii_reference
from cdk_ecs_xray.cdk.sidecar import XRaySidecar
from cdk_ecs_xray.cdk.tracing import XRayTracing
from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem

# Held here for the reason that XRaySidecar's register gives.
_EXCLUDED: dict[str, str] = {}


@jsii.implements(IAspect)
class XRayTracingAspect:
    """Traces every task definition below a scope, those of ``aws_ecs_patterns`` included.

    ``Aspects.of(app).add(XRayTracingAspect(), priority=AspectPriority.MUTATING)`` provisions an
    :class:`XRaySidecar` in each. Every stack gets one line that says what was traced, what was
    not, and why. A task definition that cannot be traced gets a warning and stays as it is. Task
    definitions that were imported are not part of the app and stay untraced. CDK applies no
    aspect of an app inside a Stage: add it to each Stage.

    :param tracing: what to add; ``XRayTracing()`` unless told.
    :param include: patterns such as ``prod/*`` of construct paths to trace; all unless told.
    :param exclude: patterns of construct paths to leave alone, each with its reason.
    :raises ConfigurationError: for an exclusion without a reason.
    """

    def __init__(
        self,
        *,
        tracing: XRayTracing | None = None,
        include: Sequence[str] = ("*",),
        exclude: dict[str, str] | None = None,
    ) -> None:
        self._tracing = XRayTracing() if tracing is None else tracing
        self._include = tuple(include)
        self._exclude = {} if exclude is None else dict(exclude)
        for pattern, reason in self._exclude.items():
            _require_reason(f"XRayTracingAspect: exclude '{pattern}'", reason)
        self._seen: set[str] = set()

    @staticmethod
    def exclude(task_definition: ecs.TaskDefinition, *, reason: str) -> None:
        """Leave one task definition untraced, whatever the aspect's patterns say.

        :raises ConfigurationError: for an empty reason.
        """
        _require_reason(f"{task_definition.node.path}: exclude", reason)
        _EXCLUDED[jsii_reference(task_definition)] = reason

    def visit(self, node: IConstruct) -> None:
        """Trace what is below a stack at once, and what other aspects add later; called by CDK."""
        if Stack.is_stack(node):
            self._trace_all(node, [child for child in node.node.find_all() if _in(node, child)])
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
        return None

    def _reason_to_skip(self, task_definition: ecs.TaskDefinition) -> str | None:
        path = task_definition.node.path
        excluded = _EXCLUDED.get(jsii_reference(task_definition))
        if excluded is not None:
            return excluded
        for pattern, reason in self._exclude.items():
            if fnmatchcase(path, pattern):
                return reason
        if not any(fnmatchcase(path, pattern) for pattern in self._include):
            return "not included"
        if XRaySidecar.find(task_definition) is not None:
            return "already has a sidecar"
        for container in containers_of(task_definition):
            if collects_traces(evidence_of(container)):
                return f"brings its own collector, '{container.container_name}'"
        return None

    def _is_traced(self, task_definition: ecs.TaskDefinition) -> bool:
        return (
            XRaySidecar.find(task_definition) is not None
            and self._reason_to_skip(task_definition) == "already has a sidecar"
        )


def _in(stack: IConstruct, node: IConstruct) -> bool:
    # A nested stack is visited by itself.
    return isinstance(node, ecs.TaskDefinition) and Stack.of(node).node.path == stack.node.path


def _require_reason(where: str, reason: str) -> None:
    if not reason.strip():
        raise ConfigurationError(
            Problem(
                where=where,
                what="reason must say why it is not traced",
                got=f"{reason!r}",
                fix="Write one: the summary of the synthesis shows it.",
            )
        )
