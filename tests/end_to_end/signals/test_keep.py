"""Signals to ``ecs-xray local deploy --keep``."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.signals.moments import Command, kept_port, wrong_after_signals

COMMAND = Command(
    arguments=["local", "deploy", "--env", "dev", "--keep"],
    done=lambda text: kept_port(text) is not None,
)


def test_a_signal_at_a_random_moment_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    assert wrong_after_signals(COMMAND, project, tmp_path) == []
