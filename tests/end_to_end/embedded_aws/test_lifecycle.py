"""Starting, finding and ending the server process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import EmbeddedAws, control, embedded_aws
from cdk_ecs_xray.local.run_folder import HOME_PREFIX, RunFolder

WAIT = "import signal; signal.pause()"
Eventually = Callable[[Callable[[], bool]], None]


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def home_of(aws: EmbeddedAws) -> Path:
    return Path(aws.cdk_environment()["CDK_HOME"]).parent


def test_stop_ends_the_process_and_removes_its_folder() -> None:
    aws = EmbeddedAws.start()
    home = home_of(aws)
    assert is_alive(aws.pid)
    assert home.name.startswith(HOME_PREFIX)

    aws.stop()
    aws.stop()

    assert not is_alive(aws.pid)
    assert not home.exists()


def test_everything_the_server_listens_on_is_loopback(aws: EmbeddedAws) -> None:
    sockets = {
        str(fd.readlink()) for fd in Path(f"/proc/{aws.pid}/fd").iterdir() if fd.is_symlink()
    }
    inodes = {name[8:-1] for name in sockets if name.startswith("socket:")}
    listening = [
        fields[1]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A" and fields[9] in inodes
    ]
    assert listening == [f"0100007F:{aws.port:04X}"]


def test_a_port_in_use_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalAwsError, match=rf"port must be a free one.*got {port}"):
            EmbeddedAws.start(port=port)


def test_the_port_asked_for_is_the_port_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with EmbeddedAws.start(port=port) as aws:
        assert aws.port == port
        assert EmbeddedAws.attach(port).pid == aws.pid


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
            with pytest.raises(LocalAwsError, match=r"server of yours on port \d+ not found"):
                EmbeddedAws.attach(server.server_address[1])
            assert AnotherProgram.asked == []
        finally:
            server.shutdown()
            thread.join()


def forged(*, pid: int, held: bool, mode: int = 0o700) -> Iterator[int]:
    """A run's folder that names a process which is no server; yields its port."""
    run = RunFolder.create(port=4711)
    lock = run.take_lock()
    try:
        os.pwrite(lock, f"{pid}\n".encode(), 0)
        if not held:
            os.close(lock)
        run.path.chmod(mode)
        yield run.port
    finally:
        if held:
            os.close(lock)
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


def fake_ministack(folder: Path, *, code: str) -> str:
    """A ``ministack`` that comes first on the server's path and does what *code* says."""
    (folder / "ministack").mkdir()
    (folder / "ministack" / "__init__.py").write_text(code)
    return str(folder)


def test_a_server_that_dies_is_reported_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = fake_ministack(tmp_path, code="raise ImportError('ministack is broken here')")
    monkeypatch.setenv("PYTHONPATH", fake)
    with pytest.raises(LocalAwsError, match=r"ended at once with code 1.*ministack is broken here"):
        EmbeddedAws.start()


def test_a_server_that_never_answers_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = fake_ministack(tmp_path, code="import signal; signal.pause()")
    monkeypatch.setenv("PYTHONPATH", fake)
    monkeypatch.setattr(embedded_aws, "START_TIMEOUT", 0.5)
    with pytest.raises(LocalAwsError, match="did not answer within"):
        EmbeddedAws.start()


def test_a_log_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match="log_file must be writable"):
        EmbeddedAws.start(log_file=tmp_path / "missing" / "aws.log")


def test_the_server_ends_when_its_parent_is_killed(eventually: Eventually) -> None:
    program = (
        "import time; from cdk_ecs_xray.local import EmbeddedAws; a = EmbeddedAws.start();"
        " print(a.pid, a.cdk_environment()['CDK_HOME'], flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, cdk_home = parent.stdout.readline().split()
        assert is_alive(int(pid))
        parent.send_signal(signal.SIGKILL)
    eventually(lambda: not is_alive(int(pid)))
    assert not Path(cdk_home).parent.exists()


def test_a_detached_server_outlives_its_parent_until_someone_stops_it() -> None:
    program = (
        "from cdk_ecs_xray.local import EmbeddedAws;"
        " print(EmbeddedAws.start(detached=True).port, flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""

    found = EmbeddedAws.attach(int(done.stdout))
    home = home_of(found)
    assert is_alive(found.pid)
    found.stop()

    assert not is_alive(found.pid)
    assert not home.exists()


def test_a_detached_server_can_be_stopped_by_whoever_started_it() -> None:
    started = EmbeddedAws.start(detached=True)
    EmbeddedAws.attach(started.port).stop()
    assert not is_alive(started.pid)
    started.stop()


def test_no_ambient_configuration_reaches_a_client(
    aws: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile mine]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    caller = aws.client("sts", account="222222222222", region="eu-west-1")
    assert caller.get_caller_identity()["Account"] == "222222222222"
    assert caller.meta.region_name == "eu-west-1"


def test_boto3_follows_the_cdk_environment_too(aws: EmbeddedAws) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = aws.cdk_environment(account="333333333333")
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "333333333333"


def test_reset_forgets_every_account(aws: EmbeddedAws) -> None:
    for account in ("000000000000", "111111111111"):
        aws.client("logs", account=account).create_log_group(logGroupName="/fq/dev")
        aws.client("xray", account=account).create_group(GroupName="slow")

    aws.reset()

    for account in ("000000000000", "111111111111"):
        assert aws.client("logs", account=account).describe_log_groups()["logGroups"] == []
        assert aws.client("xray", account=account).get_groups()["Groups"] == []


def test_reset_of_a_stopped_server_says_so() -> None:
    aws = EmbeddedAws.start()
    aws.stop()
    with pytest.raises(LocalAwsError, match="must answer a reset"):
        aws.reset()
