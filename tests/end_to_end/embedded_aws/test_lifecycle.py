"""Starting, finding and ending the server process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import EmbeddedAws, embedded_aws
from cdk_ecs_xray.local.run_folder import HOME_PREFIX

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
