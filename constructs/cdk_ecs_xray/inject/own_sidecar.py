"""Whether a collector in a file is one that tracing added. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.recognition import engine_of, recognize
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import RawContainer, members
from cdk_ecs_xray.inject.evidence import evidence_of
from cdk_ecs_xray.inject.sidecar_json import differences
from cdk_ecs_xray.plan.wiring import Warned


def is_own(present: RawContainer, wanted: RawContainer) -> bool:
    """Return whether a container is the sidecar, whatever was changed that apps do not depend on.

    A newer image, other sizes or another log group leave it the sidecar; another collector, flag or
    place to listen does not.
    """
    found, expected = evidence_of(present), evidence_of(wanted)
    recognized, own = recognize(found), recognize(expected)
    return (
        recognized is not None
        and own is not None
        and engine_of(found) is engine_of(expected)
        and recognized.listening == own.listening
        and _flags(wanted) <= _flags(present)
        and _names(wanted) <= _names(present)
    )


def kept_sidecar(
    where: str, present: RawContainer, wanted: RawContainer, *, logs: bool
) -> Sequence[Warned]:
    """Return a warning where the sidecar that stays is not the one that would be added now.

    :param logs: whether the user chose where its log goes; otherwise it keeps that.
    """
    ignored = set() if logs else {"logConfiguration"}
    differing = [key for key in differences(present, wanted) if key not in ignored]
    if not differing:
        return ()
    return (
        Warned(
            id="ecs-xray:sidecar-kept",
            problem=Problem(
                where=f"{where}, container '{present['name']}'",
                what="the sidecar stays as it is, though it differs from the one that is added now",
                got=", ".join(differing),
                fix="To have it replaced, pass --replace.",
            ),
        ),
    )


def _flags(container: Mapping[str, Any]) -> frozenset[str]:
    command = container.get("command")
    words = command if isinstance(command, list) else ()
    return frozenset(word for word in words if isinstance(word, str) and word.startswith("-"))


def _names(container: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(pair.get("name")) for pair in members(container, "environment"))
