"""``ecs-xray inject`` as a program: files, streams, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
TASK = {
    "family": "web",
    "taskRoleArn": "arn:aws:iam::111122223333:role/web",
    "containerDefinitions": [{"name": "web", "image": "nginx:1"}],
}
HERE = ("--region", "eu-west-1", "--no-log")


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task definition in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "task.json"
    path.write_text(json.dumps(TASK, indent=2) + "\n")
    return path


@pytest.fixture
def inject(tmp_path: Path) -> Run:
    """Run the command in a process of its own."""

    def started(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [
                sys.executable,
                "-c",
                "from cdk_ecs_xray.cli import main; main()",
                "inject",
                *arguments,
            ],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )

    return started


def containers(text: bytes | str) -> list[str]:
    return [definition["name"] for definition in json.loads(text)["containerDefinitions"]]


def test_the_result_goes_to_standard_output_and_the_rest_to_standard_error(
    task: Path, inject: Run
) -> None:
    before = task.read_bytes()

    done = inject("task.json", *HERE)

    assert done.returncode == 0
    assert containers(done.stdout) == ["web", "xray-daemon"]
    for action in (b"xray:PutTraceSegments", b"xray:GetSamplingStatisticSummaries"):
        assert action in done.stderr
    assert task.read_bytes() == before


def test_standard_input_to_standard_output(inject: Run) -> None:
    done = inject("-", *HERE, "--collector", "adot", stdin=json.dumps(TASK).encode())

    assert done.returncode == 0
    assert containers(done.stdout) == ["web", "aws-otel-collector"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a task definition is required, and the file is empty"),
        (b"{", "must be valid JSON"),
        (b'{"a": tru}', "must be valid JSON"),
        (b"\x7fELF\x01\xff\xfe", "must be UTF-8 text"),
        (b"PK\x03\x04", "must be text"),
        (b"[]", "must be a list of at least one container (got an empty list"),
        (b'["a"]', "must be a mapping"),
        (b"7", "must hold a task definition"),
        (b'{"family": "web"}', "containerDefinitions is required"),
    ],
    ids=repr,
)
def test_unusable_input_ends_with_2_and_a_line(inject: Run, content: bytes, said: str) -> None:
    done = inject("-", *HERE, stdin=content)

    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert all(line.startswith("ecs-xray: ") for line in done.stderr.decode().splitlines())


@pytest.mark.parametrize(
    ("name", "said"),
    [("not-there.json", "not-there.json: not found."), (".", "the file must be readable")],
)
@pytest.mark.usefixtures("task")
def test_a_file_that_cannot_be_read_ends_with_2(
    capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    assert run(["inject", name, *HERE]) == 2
    assert said in capsys.readouterr().err


def test_a_diff_writes_nothing(task: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    before = task.read_bytes()

    assert run(["inject", "task.json", *HERE, "--diff", "-o", "out.json"]) == 0

    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[:2] == ["--- task.json", "+++ task.json (traced)"]
    assert '+      "name": "xray-daemon",' in lines
    assert not Path("out.json").exists()
    assert task.read_bytes() == before


@pytest.mark.usefixtures("task")
def test_a_diff_of_what_is_traced_is_empty(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["inject", "task.json", *HERE, "--in-place"]) == 0
    capfdbinary.readouterr()

    assert run(["inject", "task.json", *HERE, "--diff"]) == 0
    assert capfdbinary.readouterr().out == b""


def test_in_place_keeps_permissions_and_links(task: Path) -> None:
    task.chmod(0o640)
    Path("link.json").symlink_to(task)

    assert run(["inject", "link.json", *HERE, "--in-place"]) == 0

    assert Path("link.json").is_symlink()
    assert task.stat().st_mode & 0o777 == 0o640
    assert containers(task.read_text()) == ["web", "xray-daemon"]


def test_an_output_that_fails_leaves_what_was_there(
    task: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = task.read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    assert run(["inject", "task.json", *HERE, "--in-place"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert task.read_bytes() == before
    assert list(task.parent.iterdir()) == [task]


@pytest.mark.parametrize("output", [".", "not-there/out.json"])
@pytest.mark.usefixtures("task")
def test_an_output_that_is_no_file_ends_with_2(
    capsys: pytest.CaptureFixture[str], output: str
) -> None:
    assert run(["inject", "task.json", *HERE, "-o", output]) == 2
    assert "the output must be a file that can be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "--in-place"], "--in-place and standard input cannot be combined"),
        (
            ["task.json", "--in-place", "-o", "out.json"],
            "--in-place and --output out.json",
        ),
        (
            ["task.json", "--no-log", "--log-group", "/ecs/x"],
            "--no-log and --log-group '/ecs/x'",
        ),
        (["task.json", "--namespace", "fq"], "are required together"),
        (
            ["task.json", "--namespace", "f q", "--environment", "dev", "--service", "web"],
            "namespace must be letters",
        ),
        (["task.json", "--registry", "https://mirror"], "registry must be a host"),
        (["task.json"], "names no region or several"),
        (["task.json", "--remove", "--region", "x"], "--remove and --region cannot be combined"),
        (["task.json", "--remove", "--no-log"], "--remove and --no-log cannot be combined"),
        (["task.json", "--remove", "--collector", "adot"], "--remove and --collector cannot"),
        (["task.json", "--remove", "--size-to-fit"], "--remove and --size-to-fit cannot"),
    ],
    ids=str,
)
def test_options_that_cannot_be_meant_end_with_2(
    task: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    before = task.read_bytes()

    assert run(["inject", *arguments]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert task.read_bytes() == before


def test_every_option_reaches_the_result(
    task: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    options = {
        "--collector": "cloudwatch-agent",
        "--profile": "terraform",
        "--registry": "mirror.example.com",
        "--region": "${REGION}",
        "--log-group": "/ecs/mine",
        "--tracing-name": "shop",
        "--namespace": "fq",
        "--environment": "${ENVIRONMENT}",
        "--service": "shop-web",
        "--network-mode": "host",
    }
    task.write_text(json.dumps(TASK["containerDefinitions"]))

    assert run(["inject", "task.json", *(part for pair in options.items() for part in pair)]) == 0

    app, sidecar = json.loads(capfdbinary.readouterr().out)
    assert {"name": "AWS_XRAY_TRACING_NAME", "value": "shop"} in app["environment"]
    assert sidecar["name"] == "fq-${ENVIRONMENT}-xray"
    assert sidecar["image"].startswith("mirror.example.com/cloudwatch-agent/")
    assert sidecar["essential"] is True
    assert sidecar["portMappings"][0]["hostPort"] == 2000
    assert sidecar["logConfiguration"]["options"]["awslogs-group"] == "/ecs/mine"
    assert sidecar["logConfiguration"]["options"]["awslogs-region"] == "${REGION}"


def test_the_command_loads_neither_cdk_nor_boto3() -> None:
    program = (
        "import sys; from cdk_ecs_xray.cli.commands import run; run(['inject', '--help']);"
        "print(sorted({'aws_cdk', 'jsii', 'boto3', 'rich', 'yaml', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=60, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_remove_gives_the_file_back(task: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    before = task.read_bytes()
    assert run(["inject", "task.json", *HERE, "--in-place"]) == 0
    traced = task.read_bytes()
    capfdbinary.readouterr()

    assert run(["inject", "task.json", "--remove", "--diff"]) == 0
    assert b'-      "name": "xray-daemon",' in capfdbinary.readouterr().out
    assert task.read_bytes() == traced
    assert run(["inject", "task.json", "--remove", "-o", "out.json"]) == 0
    assert Path("out.json").read_bytes() == before
    assert run(["inject", "task.json", "--remove", "--in-place"]) == 0
    assert task.read_bytes() == before


def test_nothing_to_remove_is_said(task: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["inject", "task.json", "--remove"]) == 0

    printed = capfdbinary.readouterr()
    assert printed.out == task.read_bytes()
    assert b"[ecs-xray:nothing-to-remove]" in printed.err


def test_a_full_task_is_raised_where_that_is_asked_for(
    task: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    container = {"name": "web", "image": "i", "cpu": 250, "memory": 500}
    task.write_text(
        json.dumps({"cpu": "256", "memory": "512", "containerDefinitions": [container]})
    )

    assert run(["inject", "task.json", *HERE]) == 2
    capfdbinary.readouterr()
    assert run(["inject", "task.json", *HERE, "--size-to-fit"]) == 0

    printed = capfdbinary.readouterr()
    assert json.loads(printed.out)["cpu"] == "282"
    assert b"[ecs-xray:size-raised]" in printed.err
