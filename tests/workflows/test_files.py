"""The files that other programs read: workflows, the action, hooks, updates of pins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d")


def read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def workflows(repository: Path) -> Iterator[Path]:
    yield from (repository / ".github" / "workflows").glob("*.yml")


def test_every_action_of_others_is_pinned_to_a_commit(repository: Path) -> None:
    lines = [
        line.strip().removeprefix("- ")
        for path in (*workflows(repository), repository / "action.yml")
        for line in path.read_text("utf-8").splitlines()
        if line.strip().removeprefix("- ").startswith("uses:")
    ]

    assert len(lines) > 8
    assert [line for line in lines if not PINNED.match(line)] == []


def test_a_workflow_may_read_and_no_more_unless_a_job_says_so(repository: Path) -> None:
    found = [read(path) for path in workflows(repository)]

    assert len(found) >= 3
    assert all(workflow["permissions"] == {"contents": "read"} for workflow in found)
    assert all(job["timeout-minutes"] <= 60 for one in found for job in one["jobs"].values())
    allowed = {name: job["permissions"] for one in found for name, job in one["jobs"].items()
               if "permissions" in job}  # fmt: skip
    assert allowed == {"publish": {"id-token": "write"}}


def test_every_target_that_a_workflow_makes_is_in_the_makefile(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    asked = {
        word
        for path in workflows(repository)
        for word in re.findall(r"run: make (\S+)", path.read_text("utf-8"))
    }
    assert asked >= {"check", "test", "docs", "dist", "audit", "fuzz", "images"}
    assert asked <= targets


def test_no_expression_is_pasted_into_a_script(repository: Path) -> None:
    # Whoever names a branch could write commands into it.
    scripts = [
        step["run"]
        for path in workflows(repository)
        for job in read(path)["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    scripts += [s["run"] for s in read(repository / "action.yml")["runs"]["steps"] if "run" in s]

    assert [script for script in scripts if "${{" in script] == []


def test_updates_are_asked_for_wherever_something_is_pinned(repository: Path) -> None:
    updates = read(repository / ".github" / "dependabot.yml")["updates"]
    asked = {
        (one["package-ecosystem"], folder)
        for one in updates
        for folder in one.get("directories", [one.get("directory")])
    }

    assert {("pip", "/"), ("npm", "/"), ("npm", "/tests/sdks"), ("github-actions", "/")} <= asked
    for ecosystem, folder in asked:
        if ecosystem == "npm":
            assert (repository / folder.strip("/") / "package-lock.json").is_file()


@pytest.fixture
def hooks(repository: Path) -> Mapping[str, Mapping[str, Any]]:
    found = yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {hook["id"]: hook for hook in found}


@pytest.mark.parametrize(
    ("hook", "path", "taken"),
    [
        ("ecs-xray-environments", "environments/dev.yaml", True),
        ("ecs-xray-environments", "sampling/rules.yaml", True),
        ("ecs-xray-environments", "src/environments/dev.yaml", False),
        ("ecs-xray-rules", "sampling/rules.yaml", True),
        ("ecs-xray-rules", "infra/sampling/eu.json", True),
        ("ecs-xray-rules", "sampling/README.md", False),
        ("ecs-xray-review", "cdk.out/Shop.template.json", True),
        ("ecs-xray-review", "ecs/task-definition.json", True),
        ("ecs-xray-review", "taskdefinition-web.yaml", True),
        ("ecs-xray-review", "package.json", False),
    ],
)
def test_a_hook_takes_the_files_it_is_for(
    hooks: Mapping[str, Mapping[str, Any]], hook: str, path: str, *, taken: bool
) -> None:
    assert (re.search(hooks[hook]["files"], path) is not None) == taken


@pytest.fixture
def shown(repository: Path) -> Mapping[str, Mapping[str, Any]]:
    """The files that docs/review.md shows, by name."""
    page = (repository / "docs" / "review.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n# (\.\S+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return {name: yaml.safe_load(text) for name, text in blocks}


def test_the_workflow_of_the_docs_gives_the_action_what_it_takes(
    shown: Mapping[str, Mapping[str, Any]], repository: Path
) -> None:
    workflow = shown[".github/workflows/xray.yml"]
    ours = [
        step
        for step in workflow["jobs"]["xray"]["steps"]
        if step.get("uses", "").startswith("cdk-ecs-xray/")
    ]

    (step,) = ours
    assert set(step["with"]) <= set(read(repository / "action.yml")["inputs"])
    assert workflow["permissions"] == {
        "contents": "read",
        "pull-requests": "write",
        "security-events": "write",
    }
    # Never pull_request_target. PyYAML reads the key `on` as true, so the text is looked at.
    assert "\non: pull_request\n" in (repository / "docs" / "review.md").read_text("utf-8")


def test_the_hooks_of_the_docs_are_there_in_the_version_of_the_docs(
    shown: Mapping[str, Mapping[str, Any]],
    hooks: Mapping[str, Mapping[str, Any]],
    repository: Path,
) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    (ours,) = shown[".pre-commit-config.yaml"]["repos"]

    assert [hook["id"] for hook in ours["hooks"]] == list(hooks)
    assert ours["rev"] == f"v{project['version']}"
    assert ours["repo"] == project["urls"]["Homepage"]
    page = (repository / "docs" / "review.md").read_text("utf-8")
    assert f"uses: cdk-ecs-xray/cdk-ecs-xray@v{project['version']}" in page
