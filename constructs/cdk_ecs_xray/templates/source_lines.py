"""Finds the line of a program that made a resource, in what CDK writes beside a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_LOGICAL_ID = "aws:cdk:logicalId"
# The stack of calls is an entry of its own, in older versions of aws-cdk-lib a part of the first.
_CREATION = "aws:cdk:creationStack"
# Frames of Node (at f (file:line:column), file:line) and of Python (File "file", line n).
_NODE = re.compile(
    r"\(?(?:file://)?(?P<file>[^()\s:]+|[A-Za-z]:[^()\s:]+):(?P<line>[0-9]+)(?::[0-9]+)?\)?$"
)
_PYTHON = re.compile(r"File \"(?P<file>[^\"]+)\", line (?P<line>[0-9]+)")
_FOREIGN = ("node_modules", "node:", "site-packages", "jsii", "internal/", "<")


def source_lines(metadata: object) -> Mapping[str, tuple[str, int]]:
    """Return file and line by logical id, for resources whose metadata has a frame of the app."""
    found: dict[str, tuple[str, int]] = {}
    for listed in (metadata if isinstance(metadata, Mapping) else {}).values():
        if not isinstance(listed, list):
            continue
        entries = [one for one in listed if isinstance(one, Mapping)]
        ids = [one.get("data") for one in entries if one.get("type") == _LOGICAL_ID]
        frames = [one.get("data") for one in entries if one.get("type") == _CREATION]
        frames += [one.get("trace") for one in entries if one.get("type") == _LOGICAL_ID]
        place = next((place for trace in frames for place in _of_the_app(trace)), None)
        if place is not None and ids and isinstance(ids[0], str):
            found[ids[0]] = place
    return found


def _of_the_app(trace: Any) -> Iterator[tuple[str, int]]:
    frames: Sequence[object] = trace if isinstance(trace, list) else []
    for frame in map(str, frames):
        match = _PYTHON.search(frame) or _NODE.search(frame.strip())
        if match is None or any(part in match["file"] for part in _FOREIGN):
            continue
        yield _relative(match["file"]), int(match["line"])


def _relative(file: str) -> str:
    path = Path(file)
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else file
