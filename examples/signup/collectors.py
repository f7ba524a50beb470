"""The collector of the demo: an X-Ray daemon that is at hand, or the kit's stand-in for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cdk_ecs_xray import XRayDaemon
from cdk_ecs_xray.errors import ConfigurationError, LocalAwsError, Problem
from cdk_ecs_xray.local.relay import Relay

IMAGE = f"public.ecr.aws/xray/aws-xray-daemon:{XRayDaemon.version}"
VARIABLE = "XRAY_DAEMON"
PATIENCE = 120.0
_FLAGS = ("--local-mode", "--buffer-memory", "16")
# What the kit's sidecar has: no file to write, no capability.
_SANDBOX = ("--rm", "--read-only", "--cap-drop", "ALL", "--network", "host")


@contextmanager
def collector(address: str, variables: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Run a collector at an address; gives what to call it.

    ``XRAY_DAEMON`` decides: the path of a daemon, ``docker`` or ``relay``. Without it Docker is
    used where it has the daemon's image already, the relay elsewhere.

    :raises ConfigurationError: for a daemon that is not there.
    :raises LocalAwsError: for one that does not listen.
    """
    wanted = os.environ.get(VARIABLE) or ("docker" if _has_image() else "relay")
    if wanted == "relay":
        with Relay.start(variables, address=address, log=folder / "relay.log"):
            yield f"the kit's relay on {address}, a stand-in for the X-Ray daemon"
        return
    command, name = (
        (_docker(variables), f"{IMAGE} in Docker")
        if wanted == "docker"
        else ([_program(wanted)], wanted)
    )
    with _running([*command, *_FLAGS, "-b", address, "-t", address], variables, folder, address):
        yield f"{name}, on {address}"


def _program(path: str) -> str:
    found = shutil.which(path)
    if found is None:
        raise ConfigurationError(
            Problem(
                where=VARIABLE,
                what="the X-Ray daemon must be a program that can be run",
                got=f"'{path}'",
                fix="Write its path, docker, or relay.",
            )
        )
    return found


def _docker(variables: Mapping[str, str]) -> Sequence[str]:
    if shutil.which("docker") is None:
        raise ConfigurationError(
            Problem(
                where=VARIABLE,
                what="docker not found",
                fix="Install Docker, or leave the variable out for the kit's relay.",
            )
        )
    if not _has_image():
        raise ConfigurationError(
            Problem(
                where=VARIABLE,
                what=f"Docker must have the image {IMAGE}",
                fix=f"Start Docker, and run: docker pull {IMAGE}",
            )
        )
    # By name alone, so that no key is in the list of processes.
    told = [word for name in sorted(variables) for word in ("--env", name)]
    return ["docker", "run", *_SANDBOX, *told, IMAGE]


def _has_image() -> bool:
    if shutil.which("docker") is None:
        return False
    command = ["docker", "image", "inspect", IMAGE]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _running(
    command: Sequence[str], variables: Mapping[str, str], folder: Path, address: str
) -> Iterator[None]:
    path = folder / "xray.log"
    with path.open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE
            while not _listens(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise LocalAwsError(
                        Problem(
                            where=VARIABLE,
                            what=f"the X-Ray daemon must listen on {address}",
                            got=f"'{(path.read_text(errors='replace').splitlines() or [''])[-1]}'",
                            fix="Docker Desktop shares this machine's network only with host "
                            "networking enabled in its settings."
                            if "docker" in command[0]
                            else "Run it by hand to see why it ends.",
                        )
                    )
                time.sleep(0.05)
            yield
        finally:
            # Docker hands the signal on, and the daemon sends what it has.
            process.terminate()
            process.wait()


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0
