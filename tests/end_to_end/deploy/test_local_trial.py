"""`ecs-xray local …` as a user runs it: to its end, into errors, and interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.deploy.local_command import (
    COMMAND,
    DEADLINE,
    SERVER,
    alive,
    answers,
    gone,
    server_of,
)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the command; whatever still runs in the end is stopped."""
    running = []

    def run(*arguments: str, folder: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(COMMAND), "local", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture
def ready_project(tmp_path: Path, assembly: Path) -> Path:
    """A project whose app only copies what the real one has synthesized, to save its time."""
    app = f"cp -r {assembly}/. $CDK_OUTDIR/"
    (tmp_path / "cdk.json").write_text(json.dumps({"app": app, "versionReporting": False}))
    return tmp_path


def test_dev_is_deployed_shown_compared_and_stopped(
    start: Start, copy_project: Callable[..., Path], tmp_path: Path, repository: Path
) -> None:
    folder = copy_project(tmp_path / "project", "dev", "prod")
    reference = repository / "tests" / "local" / "parity" / "reference_setup"

    process = start("deploy", "--env", "dev", "--reference", str(reference), folder=folder)
    text, _ = process.communicate(timeout=600)

    assert process.returncode == 0, text
    for step in ("[1/5] synth", "[2/5] start", "[3/5] bootstrap", "[4/5] deploy", "[5/5] what"):
        assert step in text
    assert "fq-dev-ledger-watcher CREATE_COMPLETE" in text
    assert re.search(r"sidecar\.memoryReservation +256 +256 +yes", text)
    (equal, total) = re.findall(r"(\d+) of (\d+) fields equal the reference setup", text)[0]
    assert equal == total
    assert "Added by the kit" in text
    # Only what was asked for.
    assert "fq-prod" not in text
    assert "Stopped the AWS emulator." in text
    assert gone(*server_of(text))


def test_a_broken_environment_file_names_the_step_and_leaves_no_server(
    start: Start, copy_project: Callable[..., Path], tmp_path: Path
) -> None:
    folder = copy_project(tmp_path / "project", "dev")
    dev = folder / "environments" / "dev.yaml"
    dev.write_text(dev.read_text().replace("cpu: 128", "cpu: many"))

    process = start("deploy", "--env", "dev", folder=folder)
    text, _ = process.communicate(timeout=600)

    assert process.returncode == 1
    assert "environments/dev.yaml, service 'ledger-watcher': cpu must be a whole number" in text
    assert "ecs-xray: step 'synthesize'" in text
    assert "Traceback" not in text
    assert SERVER.search(text) is None


def test_interrupted_in_the_middle_it_leaves_no_server(start: Start, ready_project: Path) -> None:
    process = start("deploy", "--env", "dev", folder=ready_project)
    assert process.stdout is not None
    text = ""
    while "[3/5] bootstrap" not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    port, pid = server_of(text)
    assert alive(pid)

    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=DEADLINE)

    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in rest
    assert gone(port, pid)


def test_what_differs_from_the_reference_setup_ends_with_1_and_is_kept_for_a_look(
    start: Start, ready_project: Path, repository: Path, tmp_path: Path
) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    for path in (repository / "tests" / "local" / "parity" / "reference_setup").iterdir():
        changed = path.read_text().replace('"cpu": 32', '"cpu": 64')
        (reference / path.name).write_text(changed)

    process = start(
        "deploy", "--env", "dev", "--reference", str(reference), "--keep", folder=ready_project
    )
    text, _ = process.communicate(timeout=600)
    port, pid = server_of(text)
    try:
        assert process.returncode == 1, text
        assert re.search(r"sidecar\.cpu +64 +32 +NO", text)
        assert "not equal: sidecar.cpu" in text
        assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port}" in text
        assert f"ecs-xray local stop {port}" in text
        assert alive(pid)
        assert answers(port)
    finally:
        stop = start("stop", str(port), folder=ready_project)
        said, _ = stop.communicate(timeout=DEADLINE)

    assert stop.returncode == 0
    assert said == f"stopped the AWS emulator on port {port}\n"
    assert gone(port, pid)


@pytest.mark.parametrize("command", [("start",), ("deploy", "--env", "dev")], ids=str)
def test_a_port_in_use_is_named_and_its_owner_left_alone(
    start: Start, ready_project: Path, command: tuple[str, ...]
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        process = start(*command, "--port", str(port), folder=ready_project)
        text, _ = process.communicate(timeout=DEADLINE)

        assert process.returncode == 1
        assert f"port must be a free one on 127.0.0.1 (got {port} " in text
        assert "Traceback" not in text
        assert answers(port)


def test_started_by_hand_it_tells_how_to_reach_and_stop_it(start: Start, tmp_path: Path) -> None:
    process = start("start", folder=tmp_path)
    text, _ = process.communicate(timeout=DEADLINE)
    port, pid = server_of(text)

    stop = start("stop", str(port), folder=tmp_path)
    stop.communicate(timeout=DEADLINE)

    exported: Mapping[str, str] = dict(re.findall(r"export (\w+)=(\S+)", text))
    assert exported["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
    assert (process.returncode, stop.returncode) == (0, 0)
    assert gone(port, pid)
