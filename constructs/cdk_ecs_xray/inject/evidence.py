"""Shows whether a container of a task definition in a file collects traces. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.inject.definition import RawContainer, members
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.unknown import Text, Unknown


def collector_in(containers: Sequence[RawContainer]) -> RawContainer | None:
    """Return the first container that collects traces, certainly or possibly."""
    return next(iter(collectors_in(containers)), None)


def collectors_in(containers: Sequence[RawContainer]) -> Sequence[RawContainer]:
    """Return all containers that collect traces, certainly or possibly."""
    return [container for container in containers if collects_traces(evidence_of(container))]


def evidence_of(container: RawContainer) -> Evidence:
    """Return what shows whether a container is a collector; what is open yet stays unknown."""
    return Evidence(
        image=_text(container.get("image", "")),
        command=_words(container.get("command")),
        entry_point=_words(container.get("entryPoint")),
        environment={
            **{
                pair["name"]: _text(pair.get("value", ""))
                for pair in members(container, "environment")
            },
            **{
                secret["name"]: Unknown(expression=f"the secret of {secret['name']}")
                for secret in members(container, "secrets")
            },
        },
        environment_complete=not container.get("environmentFiles"),
        ports=[_port(mapping) for mapping in members(container, "portMappings")],
        mounts=bool(container.get("mountPoints")),
    )


def _port(mapping: Mapping[str, Any]) -> tuple[int | None, str]:
    port = mapping.get("containerPort")
    return (port if isinstance(port, int) else None, str(mapping.get("protocol", "tcp")))


def _words(value: object) -> Sequence[Text] | Unknown:
    if is_open(value):
        return Unknown(expression=str(value))
    return [_text(word) for word in value] if isinstance(value, list) else []


def _text(value: object) -> Text:
    # A placeholder that is all of a text may be any; one that is a part leaves the rest to read.
    return Unknown(expression=str(value)) if is_open(value) else str(value)
