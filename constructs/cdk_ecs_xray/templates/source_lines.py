"""Finds the line of a program that made a resource, in what CDK writes beside a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_LOGICAL_ID = "aws:cdk:logicalId"
# Frames of Node (at f (file:line:column), file:line) and of Python (File "file", line n).
_NODE = re.compile(
    r"\(?(?:file://)?(?P<file>[^()\s:]+|[A-Za-z]:[^()\s:]+):(?P<line>[0-9]+)(?::[0-9]+)?\)?$"
)
_PYTHON = re.compile(r"File \"(?P<file>[^\"]+)\", line (?P<line>[0-9]+)")
_FOREIGN = ("node_modules", "node:", "site-packages", "jsii", "internal/", "<")


def source_lines(metadata: object) -> Mapping[str, tuple[str, int]]:
    """Return file and line by logical id, for resources whose metadata has a frame of the app."""
    found: dict[str, tuple[str, int]] = {}
    for entries in (metadata if isinstance(metadata, Mapping) else {}).values():
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping) and entry.get("type") == _LOGICAL_ID:
                place = next(_of_the_app(entry.get("trace")), None)
                if place is not None and isinstance(entry.get("data"), str):
                    found[entry["data"]] = place
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
