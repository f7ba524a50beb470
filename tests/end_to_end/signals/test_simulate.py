"""Signals to ``ecs-xray rules simulate``."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.signals.moments import Command, wrong_after_signals

COMMAND = Command(
    arguments=["rules", "simulate", "access.log", "--rules", "rules.yaml"],
    done=lambda text: "$" in text,
)


def test_a_signal_at_a_random_moment_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    assert wrong_after_signals(COMMAND, project, tmp_path) == []
