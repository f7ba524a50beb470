"""The cdk and ecs-xray commands of the pages, run as they are written."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

ROOT = Path(__file__).resolve().parents[2]
PROJECT_FILES = ("app.py", "cdk.json", "environments", "sampling", "stacks")
VERIFY = "ecs-xray verify --env dev --watch"


@dataclass(frozen=True, kw_only=True)
class Shell:
    """A user's shell: a copy of the project, the activated environment, an AWS account."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(command, comments=True)
        program = Path(sys.executable).with_name(words[0])
        return subprocess.run(
            [str(program), *words[1:]],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("project")
    for name in PROJECT_FILES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    ambient = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    with EmbeddedAws.start() as aws:
        yield Shell(folder=folder, environment={**ambient, **aws.cdk_environment()})


def commands_of(snippets: Sequence[Any], page: str, program: str) -> Sequence[str]:
    return [
        line
        for snippet in snippets
        if snippet.page == page and snippet.language == "sh"
        for line in snippet.lines
        if line.startswith(f"{program} ")
    ]


def test_the_cdk_commands_of_environments_work_in_their_order(
    shell: Shell, snippets: Sequence[Any]
) -> None:
    commands = commands_of(snippets, "docs/environments.md", "cdk")
    assert len(commands) >= 4
    for command in commands:
        # Without a terminal nobody can be asked to approve the permissions.
        approved = " --require-approval never" if " deploy " in command else ""
        done = shell.run(command + approved)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", ["docs/environments.md", "docs/fix/no-traces.md"])
def test_every_ecs_xray_command_works(shell: Shell, snippets: Sequence[Any], page: str) -> None:
    commands = commands_of(snippets, page, "ecs-xray")
    assert commands
    for command in commands:
        if command == VERIFY:
            continue  # tests/end_to_end/verify runs it, where something is deployed.
        done = shell.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
