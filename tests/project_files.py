"""Files as a user would have them, in a folder where the command was started."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

# The smallest files there are; a test adds what it is about.
RULES = """\
rules:
  - name: checkout
    priority: 100
    fixed_rate: 0.5
"""
ENVIRONMENT = """\
name: dev
namespace: fq
sampling_rules: ../sampling/rules.yaml
services:
  - name: ledger-watcher
    image: nginx:1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder with one environment and one rule, which is the current one."""
    for name, text in (("sampling/rules.yaml", RULES), ("environments/dev.yaml", ENVIRONMENT)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rules_file(project: Path) -> Path:
    """The rules, good ones."""
    return project / "sampling" / "rules.yaml"


@pytest.fixture
def environment_file(project: Path) -> Path:
    """The environment, a good one."""
    return project / "environments" / "dev.yaml"


@pytest.fixture
def problems_of(reads_well: Callable[[object], bool]) -> Callable[..., list[str]]:
    """Return the problems that reading a file raises, each of which reads as promised."""
    from cdk_ecs_xray import EcsXRayError

    def read(reader: Callable[..., object], *arguments: object) -> list[str]:
        with pytest.raises(EcsXRayError) as raised:
            reader(*arguments)
        problems = [str(problem) for problem in raised.value.problems]
        assert [problem for problem in problems if not reads_well(problem)] == []
        return problems

    return read
