"""The action, rehearsed: its steps as a runner takes them, with a stand-in of GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.github_api import TOKEN, Api

TRACED = {
    "Resources": {
        "Orders": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "ContainerDefinitions": [
                    {
                        "Name": "orders",
                        "Image": "orders:7",
                        "Memory": 128,
                        "Environment": [
                            {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "10.0.0.5:2000"}
                        ],
                    }
                ]
            },
        }
    }
}
UNTRACED = json.loads(json.dumps(TRACED))
del UNTRACED["Resources"]["Orders"]["Properties"]["ContainerDefinitions"][0]["Environment"]
BASH, GIT = str(shutil.which("bash")), str(shutil.which("git"))
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


@pytest.fixture
def api() -> Iterator[Api]:
    served = Api()
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


@dataclass
class Runner:
    """Takes the action's steps in order, as a runner of GitHub does, and keeps what they said."""

    action: Path
    checkout: Path
    temp: Path
    api: Api
    base: str
    number: int = 7
    said: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, **given: str) -> int:
        """Return the exit code of the job."""
        action = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        inputs = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        known = {
            **{f"inputs.{name}": value for name, value in inputs.items()},
            "github.token": TOKEN,
            "github.event.pull_request.base.sha": self.base,
            "github.event.pull_request.number": str(self.number),
        }
        for step in action["runs"]["steps"]:
            known |= {f"steps.review.outputs.{name}": one for name, one in self.outputs.items()}
            if self._skipped(step, known):
                continue
            code = self._step(step, known)
            if code != 0:
                return code
        return 0

    def _skipped(self, step: Mapping[str, Any], known: Mapping[str, str]) -> bool:
        # Packages come from an index, and code scanning is GitHub's own.
        if step["name"] in {"Install", "Upload to code scanning"}:
            return True
        if "if" not in step:
            return False
        return known["inputs.comment"] != "true" or not self.number

    def _step(self, step: Mapping[str, Any], known: Mapping[str, str]) -> int:
        def filled(text: str) -> str:
            # Twice: the default of an input may hold an expression itself.
            once = EXPRESSION.sub(lambda found: known[found[1]], text)
            return EXPRESSION.sub(lambda found: known[found[1]], once)

        output = self.temp / "output"
        output.touch()
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.checkout / filled(step.get("working-directory", ".")),
            env={
                **os.environ,
                "CI": "true",
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_API_URL": self.api.url,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_REPOSITORY": "shop/orders",
                "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
                "RUNNER_TEMP": str(self.temp),
                **{name: filled(str(value)) for name, value in step.get("env", {}).items()},
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.said += done.stdout + done.stderr
        self.outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
        return done.returncode


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        [GIT, *identity, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def runner(repository: Path, tmp_path: Path, api: Api) -> Runner:
    """A shallow checkout of a pull request's head alone, as `actions/checkout` leaves it."""
    work, bare, checkout = tmp_path / "work", tmp_path / "origin.git", tmp_path / "checkout"
    (work / "infra").mkdir(parents=True)
    git(work, "init", "--quiet", "--initial-branch=main")
    (work / "infra" / "source.json").write_text(json.dumps(TRACED))
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "base")
    base = git(work, "rev-parse", "HEAD")
    git(work, "checkout", "--quiet", "-b", "pull-request")
    (work / "infra" / "source.json").write_text(json.dumps(UNTRACED))
    git(work, "commit", "--quiet", "-am", "head")
    git(tmp_path, "clone", "--quiet", "--bare", str(work), str(bare))
    git(
        tmp_path, "clone", "--quiet", "--depth=1", "--branch=pull-request",
        bare.as_uri(), str(checkout),
    )  # fmt: skip
    temp = tmp_path / "runner"
    temp.mkdir()
    (temp / "ecs-xray").symlink_to(sys.prefix)
    return Runner(action=repository, checkout=checkout, temp=temp, api=api, base=base)


GIVEN = {
    "synth": "cp source.json out.template.json",
    "path": "out.template.json",
    "working_directory": "infra",
}


def test_the_comment_shows_what_the_pull_request_changes(runner: Runner) -> None:
    assert runner.run(**GIVEN) == 0, runner.said

    (comment,) = runner.api.comments
    assert comment["body"].startswith("<!-- ecs-xray review ")
    assert "not connected" in comment["body"]
    # Only the base has the address.
    assert "10.0.0.5" in comment["body"]
    assert (runner.temp / "summary.md").read_text() in comment["body"]
    sarif = json.loads(Path(runner.outputs["sarif"]).read_text())
    assert sarif["version"] == "2.1.0"
    assert git(runner.checkout, "worktree", "list").count("\n") == 0


def test_a_second_run_updates_the_comment_in_place(runner: Runner) -> None:
    runner.api.comments.append({"id": 1, "body": "Looks good to me"})
    assert runner.run(**GIVEN) == 0, runner.said
    (runner.checkout / "infra" / "source.json").write_text(json.dumps(TRACED))
    runner.base = ""
    assert runner.run(**GIVEN) == 0, runner.said

    mine, ours = runner.api.comments
    assert mine["body"] == "Looks good to me"
    assert "10.0.0.5" in ours["body"]
    assert [asked.partition(" ")[0] for asked in runner.api.asked] == [
        "GET",
        "POST",
        "GET",
        "PATCH",
    ]


def test_the_job_fails_after_the_comment_is_written(runner: Runner) -> None:
    assert runner.run(**GIVEN, fail_on="error untraced") == 1
    assert len(runner.api.comments) == 1


def test_a_base_that_cannot_be_synthesized_is_said_and_the_review_goes_on(runner: Runner) -> None:
    given = {
        **GIVEN,
        "synth": "if grep -q Environment source.json; then exit 3; fi; " + GIVEN["synth"],
    }

    assert runner.run(**given) == 0, runner.said
    assert "::warning title=ecs-xray review::The base could not be synthesized" in runner.said
    assert len(runner.api.comments) == 1


def test_an_app_that_cannot_be_synthesized_fails_with_its_own_message(runner: Runner) -> None:
    assert runner.run(**{**GIVEN, "synth": "echo no such stack >&2; exit 5"}) == 5
    assert "no such stack" in runner.said
    assert runner.api.comments == []


def test_without_a_pull_request_nothing_is_compared_and_no_comment_written(runner: Runner) -> None:
    runner.base, runner.number = "", 0

    assert runner.run(**GIVEN) == 0, runner.said
    assert "not connected" in (runner.temp / "summary.md").read_text()
    assert runner.api.asked == []


def test_a_job_that_may_not_comment_names_the_permission(runner: Runner) -> None:
    runner.api.refuses = True

    assert runner.run(**GIVEN) == 1
    assert "pull-requests: write" in runner.said


def test_what_is_accepted_is_not_judged(runner: Runner) -> None:
    assert runner.run(**GIVEN, accept="no-such-id") == 2
    assert "no-such-id" in runner.said


def test_only_the_review_is_installed(repository: Path, tmp_path: Path) -> None:
    stand_in = tmp_path / "ecs-xray" / "bin" / "python"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text('#!/bin/sh\necho "$@" >> "$RUNNER_TEMP/ran"\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [BASH, str(repository / "action" / "install.sh")],
        env={**os.environ, "PYTHON": str(stand_in), "RUNNER_TEMP": str(tmp_path),
             "GITHUB_ACTION_PATH": "/actions/kit"},
        check=False,
    )  # fmt: skip

    assert done.returncode == 0
    made, installed = (tmp_path / "ran").read_text().splitlines()
    assert made == f"-m venv {tmp_path}/ecs-xray"
    assert installed.endswith(" /actions/kit[review]")
