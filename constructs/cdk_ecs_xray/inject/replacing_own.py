"""Makes room for another collector in a text that was traced before. Pure."""

from __future__ import annotations

from dataclasses import replace

from cdk_ecs_xray.inject.added_sidecar import added_sidecar
from cdk_ecs_xray.inject.app_logs import group_of
from cdk_ecs_xray.inject.definition import read_definition
from cdk_ecs_xray.inject.document import parse
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.registrable import registrable
from cdk_ecs_xray.inject.removal import untrace_text


def without_own(text: str, *, where: str, options: TracingOptions) -> tuple[str, TracingOptions]:
    """Return a text without the sidecar that tracing added, and options that keep its name and log.

    A text without one comes back as it is. So does what the sidecar took the place of before:
    what is replaced is then the owner's container, and comes back from any later replacement.

    :raises UnsupportedTaskDefinitionError: as :func:`untrace_text` does.
    """
    definition = read_definition(registrable(parse(text, where=where)).root.plain, where=where)
    added = added_sidecar(definition)
    if added is None:
        return text, options
    sidecar = added.container
    untraced = untrace_text(text, where=where).text
    before = read_definition(parse(untraced, where=where).root.plain, where=where)
    if collector_in(before.containers) is not None:
        return untraced, options
    names, writes_log, log_group = options.names, options.writes_log, options.log_group
    if names.container is None:
        names = replace(names, container=sidecar["name"])
    if log_group is None and names.log_group is None and writes_log:
        writes_log, log_group = sidecar.get("logConfiguration") is not None, group_of(sidecar)
    return untraced, replace(
        options, names=names, writes_log=writes_log, log_group=log_group, replace=False
    )
