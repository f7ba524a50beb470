"""How many inputs: some in every test run, and as many as ``make fuzz`` asks for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cdk_ecs_xray.cli.commands import run

EXAMPLES = int(os.environ.get("ECS_XRAY_FUZZ", "25"))
SECONDS = 10.0
Fed = Callable[[Sequence[str], bytes], None]

# Seeded: the same inputs every time, until the code or the number changes.
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Fed:
    """Give a command an input, in place of the argument ``FILE``, and hold it to its promises.

    The command runs without its guard, which would hide what it is not meant to.
    """
    file = tmp_path_factory.mktemp("fuzz") / "input"

    def feed(arguments: Sequence[str], content: bytes) -> None:
        file.write_bytes(content)
        before = time.process_time()

        code = run([str(file) if argument == "FILE" else argument for argument in arguments])

        assert code in (0, 1, 2)
        assert time.process_time() - before < SECONDS

    return feed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that the command runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
