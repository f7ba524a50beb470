"""The demo's collector: a daemon at hand, in Docker or not, and the kit's relay elsewhere.

A stand-in of each is on PATH; it runs the relay with what it was given.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from collectors import IMAGE, collector

from cdk_ecs_xray.errors import ConfigurationError, LocalAwsError
from tests.end_to_end.survival.signup_app import free_address

VARIABLES = {"AWS_REGION": "eu-west-1", "AWS_SECRET_ACCESS_KEY": "of-one-run"}
# Notes its words, and listens where its flags say.
DAEMON = """\
#!{python}
import os, sys
from pathlib import Path
Path("{folder}/words").write_text("\\n".join(sys.argv[1:]))
Path("{folder}/key").write_text(os.environ["AWS_SECRET_ACCESS_KEY"])
address = sys.argv[sys.argv.index("-b") + 1]
assert address == sys.argv[sys.argv.index("-t") + 1]
host, _, port = address.rpartition(":")
relay = [sys.executable, "-m", "cdk_ecs_xray.local.relay", "--host", host, "--port", port]
os.execv(sys.executable, relay)
"""
DOCKER = """\
#!/bin/sh
if [ "$1" = image ]; then exit {code}; fi
exec {folder}/xray "$@"
"""
ENDING = "#!/bin/sh\necho 'Cannot connect to the Docker daemon'\nexit 1\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("XRAY_DAEMON", raising=False)
    program(folder, "xray", DAEMON.format(python=sys.executable, folder=folder))
    return folder


def program(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def address() -> str:
    return free_address()


def test_a_daemon_is_run_where_the_app_looks_for_it(
    programs: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(programs / "xray")
    monkeypatch.setenv("XRAY_DAEMON", path)

    with collector(address, VARIABLES, tmp_path) as name:
        assert name == f"{path}, on {address}"

    flags = ["--local-mode", "--buffer-memory", "16", "-b", address, "-t", address]
    assert (programs / "words").read_text().split("\n") == flags
    assert (programs / "key").read_text() == "of-one-run"


def test_docker_is_used_where_it_has_the_image(
    programs: Path, address: str, tmp_path: Path
) -> None:
    program(programs, "docker", DOCKER.format(code=0, folder=programs))

    with collector(address, VARIABLES, tmp_path) as name:
        assert name == f"{IMAGE} in Docker, on {address}"

    words = (programs / "words").read_text().split("\n")
    assert words[: words.index(IMAGE)] == [
        *("run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "host"),
        *("--env", "AWS_REGION", "--env", "AWS_SECRET_ACCESS_KEY"),
    ]
    assert words[-4:] == ["-b", address, "-t", address]
    assert "of-one-run" not in words
    assert (programs / "key").read_text() == "of-one-run"


def test_docker_without_the_image_is_left_alone(
    programs: Path, address: str, tmp_path: Path
) -> None:
    program(programs, "docker", DOCKER.format(code=1, folder=programs))

    with collector(address, VARIABLES, tmp_path) as name:
        assert name == f"the kit's relay on {address}, a stand-in for the X-Ray daemon"
    assert not (programs / "words").exists()


@pytest.mark.parametrize(
    ("wanted", "docker", "message"),
    [
        (
            "/no/such/xray",
            None,
            "XRAY_DAEMON: the X-Ray daemon must be a program that can be run (got "
            "'/no/such/xray'). Write its path, docker, or relay.",
        ),
        (
            "docker",
            None,
            "XRAY_DAEMON: docker not found. Install Docker, or leave the variable out for the "
            "kit's relay.",
        ),
        (
            "docker",
            DOCKER.format(code=1, folder="/nowhere"),
            f"XRAY_DAEMON: Docker must have the image {IMAGE}. Start Docker, and run: docker pull "
            f"{IMAGE}",
        ),
    ],
    ids=["no program", "no docker", "no image"],
)
def test_what_is_asked_for_and_not_there_is_refused(
    programs: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    wanted: str,
    docker: str | None,
    message: str,
) -> None:
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("XRAY_DAEMON", wanted)
    if docker is not None:
        program(programs, "docker", docker)

    with pytest.raises(ConfigurationError) as refused, collector("127.0.0.1:9", {}, programs):
        pass

    assert str(refused.value) == message


def test_one_that_ends_is_named_with_its_last_line(
    programs: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAY_DAEMON", program(programs, "ending", ENDING))

    with pytest.raises(LocalAwsError) as refused, collector(address, {}, tmp_path):
        pass

    assert str(refused.value) == (
        f"XRAY_DAEMON: the X-Ray daemon must listen on {address} (got 'Cannot connect to the "
        "Docker daemon'). Run it by hand to see why it ends."
    )
