"""What becomes of the app, and of its traces, where its collector fails.

docs/survival.md has a row for each test.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sized
from contextlib import closing

from cdk_ecs_xray.local.relay import Relay
from tests.end_to_end.survival.conftest import KEYS
from tests.end_to_end.survival.signup_app import SignupApp, assert_no_slower, running, until
from tests.local.relay.stand_in import XRay

Start = Callable[..., Relay]
Arrived = Callable[[], set[str]]
WaitFor = Callable[[set[str]], None]


def test_collector_absent_at_start(
    environment: Mapping[str, str],
    untraced: SignupApp,
    collector: Start,
    arrived: Arrived,
    wait_for: WaitFor,
) -> None:
    with running(environment) as app:
        lost = assert_no_slower(app, untraced) | app.signups()
        with collector():
            wait_for(app.signups())

    assert not lost & arrived()


def test_collector_killed(
    environment: Mapping[str, str],
    untraced: SignupApp,
    collector: Start,
    arrived: Arrived,
    wait_for: WaitFor,
) -> None:
    with running(environment) as app, collector() as relay:
        sent = app.signups()
        wait_for(sent)
        with app.under_load():
            os.kill(relay.pid, signal.SIGKILL)
            relay.stop()
        lost = assert_no_slower(app, untraced)

    assert sent <= arrived()
    assert not lost & arrived()


def test_collector_restarted_under_load(
    environment: Mapping[str, str],
    collector: Start,
    wait_for: WaitFor,
) -> None:
    with running(environment) as app, app.under_load() as answers:
        with collector() as relay:
            before = app.signups()
            relay.stop()
        until_more(answers)
        with collector():
            after = app.signups()
            wait_for(before | after)


def test_collector_gets_sigterm_under_load(
    environment: Mapping[str, str], collector: Start, arrived: Arrived
) -> None:
    with running(environment) as app, collector() as relay, app.under_load() as answers:
        app.signups()
        sent = {answer.trace_id for answer in list(answers)}
        relay.stop()
        until_more(answers)

        assert sent <= arrived()


def test_task_gets_sigterm_under_load(
    environment: Mapping[str, str], collector: Start, arrived: Arrived
) -> None:
    with running(environment) as app, collector() as relay:
        sent = app.signups(40)
        # ECS stops an app that depends on its collector first, and then the collector.
        app.process.stop()
        relay.stop()

    assert app.process.code == 0
    assert sent <= arrived()


def test_disk_full(
    environment: Mapping[str, str], service: XRay, untraced: SignupApp, wait_for: WaitFor
) -> None:
    host, _, port = environment["AWS_XRAY_DAEMON_ADDRESS"].rpartition(":")
    full = ["sh", "-c", 'exec "$@" >/dev/full 2>&1', "sh"]
    command = [sys.executable, "-m", "cdk_ecs_xray.local.relay", f"--port={port}"]
    relay = subprocess.Popen(
        [*full, *command],
        env={"PATH": os.environ["PATH"], **KEYS, "AWS_ENDPOINT_URL": service.url},
    )
    try:
        with closing(socket.socket(type=socket.SOCK_DGRAM)) as datagrams:
            datagrams.connect((host, int(port)))
            until(lambda: listens(datagrams), "the collector")
        with running(environment, port=free_port(), through=full) as app:
            wait_for(assert_no_slower(app, untraced) | app.signups())
        relay.terminate()
        assert relay.wait(30) == 0
    finally:
        relay.kill()
        relay.wait()


def until_more(answers: Sized) -> None:
    enough = len(answers) + 5
    until(lambda: len(answers) >= enough, "more answers")


def listens(datagrams: socket.socket) -> bool:
    """Whether somebody receives there: the system says so when nobody does."""
    try:
        datagrams.send(b"{}")
        datagrams.send(b"{}")
    except ConnectionRefusedError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
