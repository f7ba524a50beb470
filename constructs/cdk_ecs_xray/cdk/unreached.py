"""What an aspect cannot trace, or was given and never met, said while the app is synthesized."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from aws_cdk import Annotations, Aspects, Stack, Stage
from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.rendered import definitions_in, evidence_in
from cdk_ecs_xray.cdk.traced_task_definition import TracedTaskDefinition
from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.errors import ConfigurationError, Problem


def require_patterns(include: object, exclude: object) -> None:
    """Refuse what is no list of patterns, and an exclusion without a reason.

    :raises ConfigurationError: with every problem.
    """
    problems = []
    if isinstance(include, str) or not _all_texts(include):
        problems.append(
            Problem(
                where="XRayTracingAspect",
                what="include must be a list of patterns",
                got=f"{include!r}",
                fix='Example: ["prod/*"].',
            )
        )
    if not isinstance(exclude, Mapping) or not _all_texts(exclude):
        problems.append(
            Problem(
                where="XRayTracingAspect",
                what="exclude must be a mapping of patterns to reasons",
                got=f"{exclude!r}",
                fix='Example: {"Shop/Nightly": "a batch job"}.',
            )
        )
    else:
        problems += [
            problem
            for pattern, reason in exclude.items()
            for problem in reason_problems(f"XRayTracingAspect: exclude '{pattern}'", reason)
        ]
    if problems:
        raise ConfigurationError(*problems)


def reason_problems(where: str, reason: object) -> Sequence[Problem]:
    """Return why something is no reason to leave a task definition untraced."""
    if isinstance(reason, str) and reason.strip():
        return ()
    return (
        Problem(
            where=where,
            what="reason must say why it is not traced",
            got=f"{reason!r}",
            fix="Write one: the summary of the synthesis shows it.",
        ),
    )


def warn_of_raw_task_definitions(
    stack: IConstruct, nodes: Iterable[IConstruct], passed_over: Any
) -> None:
    """Warn of task definitions that were made as L1, which have no containers to wire.

    :param passed_over: whether the aspect leaves a construct of this path alone anyway.
    """
    for node in nodes:
        if (
            not isinstance(node, ecs.CfnTaskDefinition)
            or Stack.of(node).node.path != stack.node.path
            or isinstance(node.node.scope, ecs.TaskDefinition | TracedTaskDefinition)
            or passed_over(node.node.path)
            or any(collects_traces(evidence_in(one)) for one in definitions_in(node))
        ):
            continue
        Annotations.of(node).add_warning_v2(
            "ecs-xray:raw-not-traced",
            str(
                Problem(
                    where=node.node.path,
                    what="the task definition must be an L2 to be traced",
                    got="CfnTaskDefinition",
                    fix="Make it with ecs.TaskDefinition or from a file with TracedTaskDefinition, "
                    "or exclude its path.",
                )
            ),
        )


def warn_of_stages(scope: IConstruct, aspect: type) -> None:
    """Warn of Stages below a scope that have no aspect of their own: CDK passes them over."""
    stages = [
        node
        for node in scope.node.find_all()
        if Stage.is_stage(node)
        and node.node.path != scope.node.path
        and not any(isinstance(one, aspect) for one in Aspects.of(node).all)
    ]
    for stage in stages:
        _warn(
            scope,
            "ecs-xray:stage-not-traced",
            Problem(
                where=stage.node.path,
                what="the aspect must be added to the Stage itself",
                got="it on a scope around the Stage",
                fix="Call Aspects.of(stage).add(…) for each Stage.",
            ),
        )


def warn_of_idle_patterns(scope: IConstruct, patterns: Iterable[str]) -> None:
    """Warn of patterns that are the path of no task definition in the whole app."""
    paths = [
        node.node.path
        for node in scope.node.root.node.find_all()
        if isinstance(node, ecs.TaskDefinition | ecs.CfnTaskDefinition)
    ]
    for pattern in patterns:
        if any(fnmatchcase(path, pattern) for path in paths):
            continue
        _warn(
            scope,
            "ecs-xray:pattern-matches-nothing",
            Problem(
                where=f"XRayTracingAspect, pattern '{pattern}'",
                what="task definitions that match it not found",
                fix=f"Correct or remove it. Paths are: {', '.join(paths[:3])}."
                if paths
                else "Remove it: the app has no task definitions.",
            ),
        )


def _warn(scope: IConstruct, annotation_id: str, problem: Problem) -> None:
    """Warn on a stack, which CDK prints; an app of Stages alone has none of its own to warn on."""
    place = next((node for node in scope.node.find_all() if _carries(scope, node)), None)
    if place is None:
        warnings.warn(f"{problem} [{annotation_id}]", stacklevel=2)
    else:
        Annotations.of(place).add_warning_v2(annotation_id, str(problem))


def _carries(scope: IConstruct, node: IConstruct) -> bool:
    # What is in another Stage was synthesized before its outer one.
    inner, outer = Stage.of(node), scope if Stage.is_stage(scope) else Stage.of(scope)
    same = inner is None or outer is None or inner.node.path == outer.node.path
    return Stack.is_stack(node) and same


def _all_texts(value: object) -> bool:
    return isinstance(value, Iterable) and all(isinstance(one, str) for one in value)
