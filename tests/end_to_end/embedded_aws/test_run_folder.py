"""The folder of a run: who may read it, and which process it vouches for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import EmbeddedAws, control
from cdk_ecs_xray.local.run_folder import RunFolder

WAIT = "import signal; signal.pause()"


def home_of(aws: EmbeddedAws) -> Path:
    return Path(aws.cdk_environment()["CDK_HOME"]).parent


class AnotherProgram(BaseHTTPRequestHandler):
    """Says that it is a server of this kit, and that another process is."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        document = {"kind": control.KIND, "pid": os.getpid(), "home": "/x/ecs-xray-aws-x"}
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_nobody_on_the_network_says_which_process_to_end() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), AnotherProgram) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(LocalAwsError, match=r"your server on port \d+ not found"):
                EmbeddedAws.attach(server.server_address[1])
            assert AnotherProgram.asked == []
        finally:
            server.shutdown()
            thread.join()


def forged(*, pid: int, held: bool, mode: int = 0o700) -> Iterator[int]:
    """A run's folder that names a process which is no server; yields its port."""
    run = RunFolder.create(port=4711)
    assert run.lock is not None
    os.pwrite(run.lock, f"{pid}\n".encode(), 0)
    try:
        if not held:
            run.let_go_of_lock()
        run.path.chmod(mode)
        yield run.port
    finally:
        run.let_go_of_lock()
        run.remove()


@pytest.fixture
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("held", "mode"), [(False, 0o700), (True, 0o770), (True, 0o707)])
@pytest.mark.usefixtures("own_temporary_folder")
def test_a_folder_left_behind_or_open_to_others_names_no_process(*, held: bool, mode: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WAIT]) as bystander:
        try:
            for port in forged(pid=bystander.pid, held=held, mode=mode):
                with pytest.raises(LocalAwsError, match="not found"):
                    EmbeddedAws.attach(port)
            assert bystander.poll() is None
        finally:
            bystander.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_next_start_removes_what_a_killed_server_left(
    own_temporary_folder: Path, number: signal.Signals
) -> None:
    killed = EmbeddedAws.start(detached=True)
    (own_temporary_folder / "ecs-xray-aws-of-something-else").mkdir()
    os.kill(killed.pid, number)
    os.waitpid(killed.pid, 0)
    with EmbeddedAws.start() as running, EmbeddedAws.start() as other:
        left = {path.name for path in own_temporary_folder.iterdir()}
        runs = {home_of(running).name, home_of(other).name}
        assert left == runs | {"ecs-xray-aws-of-something-else"}


def test_a_server_that_ended_by_itself_has_no_process_to_end(own_temporary_folder: Path) -> None:
    started = EmbeddedAws.start(detached=True)
    found = EmbeddedAws.attach(started.port)
    os.kill(started.pid, signal.SIGTERM)
    os.waitpid(started.pid, 0)
    with subprocess.Popen([sys.executable, "-c", WAIT]) as bystander:
        try:
            # As if the system had given the id to somebody else since.
            found.pid = bystander.pid
            found.stop()
            assert bystander.poll() is None
        finally:
            bystander.kill()
    assert list(own_temporary_folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_server_and_takes_its_folder_along(
    own_temporary_folder: Path, number: signal.Signals
) -> None:
    started = EmbeddedAws.start(detached=True)
    os.kill(started.pid, number)
    os.waitpid(started.pid, 0)
    assert list(own_temporary_folder.iterdir()) == []


def test_the_folder_and_its_files_are_of_the_user_alone(aws: EmbeddedAws) -> None:
    home = home_of(aws)
    assert home.stat().st_mode & 0o777 == 0o700
    for name in ("run.json", "server.lock"):
        assert (home / name).stat().st_mode & 0o777 == 0o600


def test_the_secret_is_in_no_command_line_and_in_no_log(aws: EmbeddedAws) -> None:
    secret = aws.cdk_environment()["AWS_SECRET_ACCESS_KEY"]
    assert len(secret) >= 40
    assert secret.encode() not in Path(f"/proc/{aws.pid}/cmdline").read_bytes()
    assert secret not in (home_of(aws) / "server.log").read_text()


def test_each_run_has_a_secret_of_its_own(aws: EmbeddedAws) -> None:
    with EmbeddedAws.start() as other:
        assert (
            other.cdk_environment()["AWS_SECRET_ACCESS_KEY"]
            != aws.cdk_environment()["AWS_SECRET_ACCESS_KEY"]
        )


def test_a_temporary_folder_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(LocalAwsError, match="the temporary folder must be writable"):
        EmbeddedAws.start()
