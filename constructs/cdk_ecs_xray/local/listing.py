"""Which AWS emulators of this user run, for people and for machines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from shlex import quote
from typing import Any

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.run_folder import RunFolder
from cdk_ecs_xray.printable import counted, printable

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def as_documents() -> Sequence[dict[str, Any]]:
    """Return one document per server: address, process, folders, age and variables."""
    return [_document(run, aws) for run, aws in _running()]


def as_text() -> str:
    """Return a paragraph per server, with the lines that lead a shell there."""
    paragraphs = [_paragraph(run, aws) for run, aws in _running()]
    none = "No AWS emulator of yours runs. Start one with ecs-xray local start."
    return "\n\n".join(paragraphs) if paragraphs else none


def _running() -> Sequence[tuple[RunFolder, EmbeddedAws]]:
    found = []
    for run in EmbeddedAws.running():
        try:
            found.append((run, EmbeddedAws.attach_folder(run.path)))
        except LocalAwsError:
            # It has ended since.
            continue
    return found


def _document(run: RunFolder, aws: EmbeddedAws) -> dict[str, Any]:
    return {
        "url": aws.url,
        "port": aws.port,
        "pid": aws.pid,
        "folder": str(run.path),
        "startedIn": run.started_in,
        "startedAt": datetime.fromtimestamp(run.started, UTC).isoformat(timespec="seconds"),
        "ageSeconds": int(_age(run)),
        "variables": aws.cdk_environment(),
    }


def _paragraph(run: RunFolder, aws: EmbeddedAws) -> str:
    lines = [
        f"{aws.url}  process {aws.pid}, {_spoken(_age(run))} old, started in "
        f"{printable(run.started_in)}, folder {run.path}",
        *(f"  export {name}={quote(value)}" for name, value in aws.cdk_environment().items()),
    ]
    return "\n".join(lines)


def _age(run: RunFolder) -> float:
    return max(0.0, time.time() - run.started)


def _spoken(seconds: float) -> str:
    for size, noun in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return counted(seconds // 1, "second")
