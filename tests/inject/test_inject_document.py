"""``ecs-xray inject --format json``: one document for a program, in place of lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run

TASK: Mapping[str, Any] = {
    "family": "web",
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "nginx:1",
            "environment": [
                {"name": "AWS_XRAY_CONTEXT_MISSING", "value": "RUNTIME_ERROR"},
                {"name": "DATABASE", "value": "postgres://me:hunter2@db"},
            ],
        }
    ],
}
OPTIONS = ("--region", "eu-west-1", "--log-group", "/ecs/collectors")
JSON = ("--format", "json")


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "task.json"
    path.write_text(json.dumps(TASK, indent=2) + "\n")
    return path


@pytest.fixture
def answer(capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command and return the one document on standard output, and standard error."""

    def answered(*arguments: str, code: int = 0) -> tuple[dict[str, Any], str]:
        capfd.readouterr()
        assert run(["inject", *arguments]) == code
        printed = capfd.readouterr()
        return json.loads(printed.out), printed.err

    return answered


def of_container(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any]
    (found,) = (one for one in document["containers"] if one["name"] == name)
    return found


@pytest.mark.usefixtures("task")
def test_it_holds_what_was_added_and_what_to_know(answer: Any) -> None:
    document, said = answer("task.json", *OPTIONS, *JSON, "-o", "traced.json")

    assert said == ""
    assert (document["source"], document["output"]) == ("task.json", "traced.json")
    assert (document["changed"], document["sidecar"]) == (True, "xray-daemon")
    web, sidecar = of_container(document, "web"), of_container(document, "xray-daemon")
    assert (web["change"], web["removed"]) == ("changed", {})
    assert web["added"]["environment"] == [
        {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "127.0.0.1:2000"},
        {"name": "AWS_XRAY_TRACING_NAME", "value": "web"},
    ]
    assert web["added"]["dependsOn"] == [{"containerName": "xray-daemon", "condition": "START"}]
    traced = json.loads(Path("traced.json").read_text())
    assert sidecar["change"] == "added"
    assert sidecar["added"] == traced["containerDefinitions"][1]
    assert document["log_group"] == "/ecs/collectors"
    assert document["policy"]["Statement"][0]["Action"][0] == "xray:PutTraceSegments"
    assert document["diff"] is None


@pytest.mark.usefixtures("task")
def test_warnings_come_in_their_parts(answer: Any) -> None:
    document, _ = answer("task.json", *OPTIONS, *JSON, "-o", "traced.json")

    kept, role = document["warnings"]
    assert kept == {
        "id": "ecs-xray:environment-kept",
        "severity": "warning",
        "where": "task.json, container 'web'",
        "what": "AWS_XRAY_CONTEXT_MISSING is already set and stays as it is",
        "got": "'RUNTIME_ERROR'",
        "fix": "Tracing would use 'LOG_ERROR', remove yours to get that.",
        "docs": "ecs-xray docs ecs-xray:environment-kept",
    }
    assert (role["id"], role["got"]) == ("ecs-xray:no-task-role", None)


def test_a_diff_writes_nothing_and_shows_no_secret(task: Path, answer: Any) -> None:
    before = task.read_bytes()

    document, said = answer("task.json", *OPTIONS, *JSON, "--diff", "-o", "traced.json")

    assert document["output"] is None
    assert '+      "name": "xray-daemon",' in document["diff"]
    assert "hunter2" not in json.dumps(document) + said
    assert task.read_bytes() == before
    assert not Path("traced.json").exists()


def test_what_was_traced_already_has_no_changes(task: Path, answer: Any) -> None:
    answer("task.json", *OPTIONS, *JSON, "--in-place")
    traced = task.read_bytes()

    document, _ = answer("task.json", *OPTIONS, *JSON, "--in-place")

    assert (document["changed"], document["containers"]) == (False, [])
    assert document["task"] == {"added": {}, "removed": {}, "dropped": []}
    assert document["output"] == "task.json"
    assert task.read_bytes() == traced


def test_remove_says_what_it_took_out(task: Path, answer: Any) -> None:
    original = task.read_bytes()
    added, _ = answer("task.json", *OPTIONS, *JSON, "--in-place")

    document, said = answer("task.json", "--remove", *JSON, "--in-place")

    assert task.read_bytes() == original
    assert (document["changed"], document["sidecar"]) == (True, "xray-daemon")
    for name, change in (("web", "changed"), ("xray-daemon", "removed")):
        assert of_container(document, name)["change"] == change
        assert of_container(document, name)["removed"] == of_container(added, name)["added"]
        assert of_container(document, name)["added"] == {}
    assert (document["policy"], document["log_group"], said) == (None, None, "")


@pytest.mark.usefixtures("task")
def test_nothing_to_remove_is_a_warning(answer: Any) -> None:
    document, _ = answer("task.json", "--remove", *JSON, "--diff")

    assert (document["changed"], document["sidecar"], document["diff"]) == (False, None, "")
    assert [warned["id"] for warned in document["warnings"]] == ["ecs-xray:nothing-to-remove"]


def test_a_raised_size_is_a_change_of_the_task(task: Path, answer: Any) -> None:
    content = json.loads(task.read_text())
    content["containerDefinitions"][0] |= {"cpu": 250, "memory": 500}
    task.write_text(json.dumps(content))

    document, _ = answer("task.json", *OPTIONS, *JSON, "--in-place", "--size-to-fit")

    assert document["task"]["removed"] == {"cpu": "256", "memory": "512"}
    assert document["task"]["added"] == {"cpu": "282", "memory": "756"}


def test_what_cannot_be_registered_is_named(task: Path, answer: Any) -> None:
    described = {**TASK, "revision": 7, "status": "ACTIVE"}
    task.write_text(json.dumps({"taskDefinition": described, "tags": [{"key": "a", "value": "b"}]}))

    document, _ = answer("task.json", *OPTIONS, *JSON, "-o", "traced.json")

    assert document["task"] == {"added": {}, "removed": {}, "dropped": ["revision", "status"]}
    assert of_container(document, "xray-daemon")["change"] == "added"


def test_a_list_of_containers_has_no_task(task: Path, answer: Any) -> None:
    task.write_text(json.dumps(TASK["containerDefinitions"]))

    document, _ = answer("task.json", *OPTIONS, *JSON, "--diff", "--network-mode", "bridge")

    assert document["task"] == {"added": {}, "removed": {}, "dropped": []}
    assert of_container(document, "web")["added"]["links"] == ["xray-daemon"]


def test_a_foreign_collector_is_a_warning_without_changes(task: Path, answer: Any) -> None:
    daemon = {"name": "d", "image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6"}
    task.write_text(
        json.dumps({**TASK, "containerDefinitions": [*TASK["containerDefinitions"], daemon]})
    )

    document, _ = answer("task.json", *OPTIONS, *JSON, "--in-place")

    assert (document["changed"], document["sidecar"], document["policy"]) == (False, None, None)
    assert [warned["id"] for warned in document["warnings"]] == ["ecs-xray:collector-kept"]


@pytest.mark.parametrize(
    "arguments",
    [["task.json"], ["task.json", "-o", "-"], ["task.json", "--remove"], ["-"]],
    ids=" ".join,
)
def test_it_does_not_mix_with_the_file_on_standard_output(
    task: Path, answer: Any, arguments: list[str]
) -> None:
    before = task.read_bytes()

    document, _ = answer(*arguments, *JSON, code=2)

    (problem,) = document["problems"]
    assert problem["what"].endswith("cannot be combined")
    assert problem["fix"] == "Pass -o FILE, --in-place or --diff too."
    assert task.read_bytes() == before


def test_refusals_come_in_their_parts(task: Path, answer: Any) -> None:
    task.write_text(json.dumps({**TASK, "networkMode": "none"}))

    document, said = answer("task.json", *OPTIONS, "--format=json", "--in-place", code=2)

    (problem,) = document["problems"]
    assert problem.keys() == {"where", "what", "got", "fix"}
    assert problem["where"] == "task.json"
    assert said.startswith("ecs-xray: task.json: ")


@pytest.mark.usefixtures("task")
def test_people_get_the_hint_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["inject", "task.json", *OPTIONS, "-o", "traced.json"]) == 0

    assert capfd.readouterr().err.count("ecs-xray docs ID") == 1
