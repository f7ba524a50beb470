"""Finds what lets the apps of a file send spans to X-Ray by themselves, to take it out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.inject.added_variables import added_among
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, wiring_of
from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.edits import Path
from cdk_ecs_xray.inject.list_cuts import cuts_of_lists
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.taking_out import Cut
from cdk_ecs_xray.plan.direct import Distribution, direct_environment
from cdk_ecs_xray.plan.log_groups import GROUPS_FIRST
from cdk_ecs_xray.plan.open_telemetry import (
    RESOURCE_ATTRIBUTES,
    SAMPLER_ARGUMENT,
    SERVICE_NAME,
    TRACES_ENDPOINT,
)


def direct_cuts(document: Document, definition: Definition) -> Sequence[Cut]:
    """Return what takes the variables out again; nothing where there are none."""
    prefix: Path = () if definition.task is None else (CONTAINERS,)
    cuts: list[Cut] = []
    for position, app in apps_of(definition, sidecar=""):
        taken = _variables(app)
        if taken:
            path = (*prefix, position)
            cuts += cuts_of_lists(document, path, app, {"environment": taken}, {})
    return cuts


def _variables(app: RawContainer) -> tuple[int, ...]:
    environment = wiring_of(app, where="").environment
    endpoint, ratio = environment.get(TRACES_ENDPOINT), environment.get(SAMPLER_ARGUMENT)
    if endpoint is None or not is_traces_endpoint(endpoint):
        return ()
    distributions: Sequence[Distribution] = get_args(Distribution)
    found = []
    for distribution in distributions:
        expected = dict(direct_environment(distribution, endpoint=endpoint, sampling_ratio=0))
        expected |= {SERVICE_NAME: "", RESOURCE_ATTRIBUTES: GROUPS_FIRST}
        # The ratio and the name are the user's choice.
        expected[SAMPLER_ARGUMENT] = "" if ratio is None else ratio
        found.append(added_among(app.get("environment") or (), expected, first=0))
    return max(found, key=len)
