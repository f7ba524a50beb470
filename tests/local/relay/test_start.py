"""What the relay cannot start with."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import process
from cdk_ecs_xray.local.relay import Relay


def test_a_port_that_is_taken_is_named(start: Callable[..., Relay]) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(LocalAwsError, match=re.escape(f"{address} must be an address that is")):
            start(address=address)


@pytest.mark.parametrize(
    ("without", "flags", "code", "line"),
    [
        ((), ["--port=TAKEN"], 1, "[Error] listen udp 127.0.0.1:TAKEN: bind: "),
        (("AWS_REGION",), ["--port=0"], 1, "[Error] Cannot fetch region"),
        ((), ["--no-such-flag"], 2, "unrecognized arguments: --no-such-flag"),
    ],
    ids=["port taken", "no region", "bad flag"],
)
def test_what_it_cannot_start_with_ends_it_as_it_ends_the_daemon(
    variables: Mapping[str, str], without: tuple[str, ...], flags: list[str], code: int, line: str
) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [
                *(sys.executable, "-m", "cdk_ecs_xray.local.relay"),
                *(flag.replace("TAKEN", port) for flag in flags),
            ],
            env={
                **process.server_environment(),
                **{name: text for name, text in variables.items() if name not in without},
            },
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == code
    assert line.replace("TAKEN", port) in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
