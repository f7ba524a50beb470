"""``ecs-xray review``: forms, exit codes, pipes and unusable input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run

PEERS = Path(__file__).parent / "peers"
WRONG = str(PEERS / "terraform-module.json")


@pytest.fixture
def right_file(tmp_path: Path, right: dict[str, Any]) -> Path:
    file = tmp_path / "right.json"
    file.write_text(json.dumps(right))
    return file


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([WRONG], 0),
        ([WRONG, "--fail-on", "error"], 1),
        ([WRONG, "--fail-on", "warning"], 1),
        ([str(PEERS / "service-extensions.json"), "--fail-on", "error"], 0),
        ([str(PEERS / "service-extensions.json"), "--fail-on", "warning"], 1),
    ],
)
def test_the_exit_code_is_what_was_asked_for(arguments: list[str], code: int) -> None:
    assert run(["review", *arguments]) == code


def test_what_is_accepted_does_not_fail(right_file: Path, right: dict[str, Any]) -> None:
    collector = right["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    collector["Essential"] = True
    right_file.write_text(json.dumps(right))

    refused = run(["review", str(right_file), "--fail-on", "warning"])
    accepted = run(
        ["review", str(right_file), "--fail-on", "warning", "--accept", "essential-collector"]
    )

    assert (refused, accepted) == (1, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Run `cdk synth` first"),
        ({}, "manifest.json not found. Run `cdk synth`"),
        ({"manifest.json": "{"}, "the file must be valid JSON"),
        ({"manifest.json": "{}"}, "artifacts not found in the manifest"),
        ({"manifest.json": '{"artifacts": {}}'}, "stacks not found in the cloud assembly"),
        (
            {"manifest.json": '{"artifacts": {"A": "text", "B": {}}}'},
            "stacks not found in the cloud assembly",
        ),
        (
            {"manifest.json": '{"artifacts": {"dev": {"type": "cdk:cloud-assembly"}}}'},
            "a path must be one inside the assembly (got null)",
        ),
        (
            {
                "manifest.json": '{"artifacts": {"S": {"type": "aws:cloudformation:stack", '
                '"properties": {"templateFile": "gone.json"}}}}'
            },
            "gone.json: not found",
        ),
    ],
)
def test_a_broken_or_foreign_cdk_out_is_a_clear_error(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    reads_well: Callable[[object], bool],
    content: Mapping[str, str] | None,
    said: str,
) -> None:
    folder = tmp_path / "cdk.out"
    if content is not None:
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)

    assert run(["review", str(folder)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert reads_well(error.removeprefix("ecs-xray: "))
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a CloudFormation template or a task definition is required"),
        ("[1, 2]", "must be a CloudFormation template"),
        ("Resources: [", "must be valid YAML"),
        ('{"hello": 1}', "got the keys hello"),
        ("a: !Ref [", "must be valid YAML"),
    ],
)
def test_what_is_no_template_is_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)

    assert run(["review", str(file)]) == 2
    assert said in capsys.readouterr().err


def test_an_id_that_no_finding_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", WRONG, "--accept", "essential-colector"]) == 2
    assert "Did you mean 'essential-collector'?" in capsys.readouterr().err


def test_odd_values_of_foreign_templates_are_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    container = {"Name": {"Ref": "N"}, "Image": 7, "Environment": {"Ref": "E"}, "Command": "x"}
    tasks = [
        {"ContainerDefinitions": {"Fn::If": ["C", [container], {"Ref": "AWS::NoValue"}]}},
        {"ContainerDefinitions": [container, {"Ref": "AWS::NoValue"}, "text", {}]},
        {"ContainerDefinitions": [{"Links": [{"Fn::GetAtt": "broken"}], "PortMappings": "no"}]},
        {"NetworkMode": {"Ref": "M"}, "ContainerDefinitions": [{"Fn::Join": ["only"]}]},
        {},
    ]
    file.write_text(
        json.dumps(
            {
                "Resources": {
                    **{
                        f"T{number}": {"Type": "AWS::ECS::TaskDefinition", "Properties": task}
                        for number, task in enumerate(tasks)
                    },
                    "S": {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": {}}},
                    "R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{}, "x"]}},
                }
            }
        )
    )

    for form in ("terminal", "markdown", "html", "json", "sarif"):
        failing = ["--fail-on", "error", "--accept", "not-read"]
        assert run(["review", str(file), "--format", form, *failing]) == 0


def test_a_registered_task_definition_is_reviewed_as_it_is_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "task-definition.json"
    address = {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "localhost:2000"}
    app = {"name": "app", "image": "a:1", "environment": [address]}
    file.write_text(
        json.dumps({"family": "f", "networkMode": "bridge", "containerDefinitions": [app]})
    )

    assert run(["review", str(file), "--fail-on", "error"]) == 1
    assert "localhost-in-bridge" in capsys.readouterr().out


def ecs_xray(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.prefix) / "bin" / "ecs-xray")
    return subprocess.run(
        [program, "review", *arguments], capture_output=True, text=True, check=False, **options
    )


def test_a_pipe_gets_no_colours_and_takes_a_template(right_file: Path) -> None:
    done = ecs_xray("-", "--format", "json", input=right_file.read_text())
    shown = ecs_xray("-", input=Path(WRONG).read_text())

    assert json.loads(done.stdout)["summary"] == {"error": 0, "warning": 0, "note": 0}
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in shown.stdout
    assert "permissions-on-execution-role" in shown.stdout


def test_bytes_that_are_no_text_are_a_clear_error() -> None:
    program = str(Path(sys.prefix) / "bin" / "ecs-xray")
    done = subprocess.run(
        [program, "review", "-"], input=b"\xff\xfe\x00", capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"<stdin>: the file must be UTF-8 text" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("no_color", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_refuses(
    no_color: Mapping[str, str], *, coloured: bool
) -> None:
    reading, terminal = os.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    program = str(Path(sys.prefix) / "bin" / "ecs-xray")
    done = subprocess.Popen(
        [program, "review", str(PEERS / "datadog-style.json")],
        stdout=terminal,
        env={**environment, "TERM": "xterm", **no_color},
    )
    os.close(terminal)
    written = b""
    while True:
        try:
            piece = os.read(reading, 65_536)
        except OSError:
            # Linux reports the closed end of a terminal so.
            break
        written += piece
        if not piece:
            break
    os.close(reading)

    assert done.wait(timeout=60) == 0
    assert (b"\x1b[" in written) is coloured
    assert b"health-check-needs-shell" in written


def test_the_output_file_is_written_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.html"

    assert run(["review", WRONG, "--format", "html", "-o", str(file)]) == 0
    assert file.read_text().startswith("<!doctype html>")
    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_help_loads_nothing_heavy() -> None:
    heavy = ("rich", "yaml", "pydantic", "aws_cdk", "jsii", "boto3")
    program = (
        "import sys\nfrom cdk_ecs_xray.cli.commands import run\nrun(['review', '--help'])\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"
    assert "--against" in done.stdout
