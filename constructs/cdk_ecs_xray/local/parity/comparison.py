"""Compares two sets of fields and says why the deployed one has more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.local.parity.fields import Fields

Verdict = Literal["equal", "different", "missing", "addition", "unexplained"]

ADDITIONS: Mapping[str, str] = {
    "task definition.family": "ECS needs one; namespace, environment and service",
    "task definition.taskRoleArn": "the role that carries the policy",
    "task definition.executionRoleArn": "lets ECS write the logs",
    "task definition.requiresCompatibilities": "CDK states the launch type",
    "service.serviceName": "a readable name; namespace, environment and service",
    "service.desiredCount": "the service's own, from its environment file",
    "app.environment.AWS_XRAY_CONTEXT_MISSING": "old SDKs throw without a segment otherwise",
    "app.environment.AWS_XRAY_TRACING_NAME": "the SDK for Python refuses nameless segments",
    "app.dependsOn": "the app stops first, so its last traces are still taken",
    "app.environment": "the service's own, from its environment file",
    "app.image": "the service's own, from its environment file",
    "app.cpu": "the service's own, from its environment file",
    "app.memoryReservation": "the service's own, from its environment file",
    "app.portMappings": "the service's own, from its environment file",
    "app.essential": "ECS's default for an app",
    "app.logConfiguration": "a log group for the app too",
    "sidecar.command": "without it the buffer takes 1 % of the host's memory, and a blocked "
    "metadata service delays the start by seconds",
    "sidecar.environment.AWS_REGION": "the daemon exits when it finds no region",
    "sidecar.environment.GOMEMLIMIT": "keeps the daemon within its memory when X-Ray hangs",
}
"""Why the kit adds a field, by the field or the part of its path that covers it."""

_POSITION = re.compile(r"\[[0-9]+\]")
_SETS = {"policy.Action", "policy.Resource", "service.depends_on"}
"""Lists whose order means nothing to AWS; CDK sorts the actions of a policy."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of the comparison.

    :param verdict: ``equal``; ``different`` and ``missing`` break parity; ``addition`` is more
        than the reference setup has, with a reason; ``unexplained`` is more without one, and
        breaks it.
    :param note: why the reference setup's value is ours, or why the field was added.
    """

    field: str
    reference: object
    deployed: object
    verdict: Verdict
    note: str = ""

    @property
    def breaks_parity(self) -> bool:
        """Whether the deployed field is not what the reference setup asks for."""
        return self.verdict not in ("equal", "addition")


def compare(
    reference: Fields, deployed: Fields, *, reconstructed: Mapping[str, str] | None = None
) -> Sequence[Row]:
    """Return a row per field: those of the reference setup in its order, then the additions."""
    notes = {} if reconstructed is None else reconstructed
    rows = [
        Row(
            field=field,
            reference=value,
            deployed=deployed.get(field),
            verdict=_verdict(value, field, deployed),
            note=notes.get(field, ""),
        )
        for field, value in reference.items()
    ]
    for field, value in deployed.items():
        if field not in reference:
            reason = _reason(field)
            verdict: Verdict = "unexplained" if reason is None else "addition"
            rows.append(
                Row(field=field, reference=None, deployed=value, verdict=verdict, note=reason or "")
            )
    return rows


def _verdict(value: object, field: str, deployed: Fields) -> Verdict:
    if field not in deployed:
        return "missing"
    other = deployed[field]
    if field in _SETS and isinstance(value, list) and isinstance(other, list):
        value, other = sorted(value), sorted(other)
    # Type counts: True is not 1 and 256 is not "256" to whoever reads the API's answer.
    return "equal" if other == value and type(other) is type(value) else "different"


def _reason(field: str) -> str | None:
    # Entries of a list carry their position, which no reason depends on.
    path = _POSITION.sub("", field)
    while path:
        if path in ADDITIONS:
            return ADDITIONS[path]
        path = path.rpartition(".")[0]
    return None
