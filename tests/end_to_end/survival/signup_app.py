"""The signup app as a process, and whoever signs up."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import secrets
import socket
import statistics
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from cdk_ecs_xray.local.running import AppProcess

FOLDER = Path(__file__).parents[3] / "examples" / "signup"
PATIENCE = 120.0
AT_ONCE = 4
# Both apps are asked in turn, as a busy machine slows both; where it slowed one alone, both are
# asked again. Tracing costs a signup a part of a millisecond of several; whatever waits for a
# collector or for X-Ray costs seconds, each time.
FACTOR = 3
_ROUNDS = 4
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
_numbers = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody who signs up sees, and the trace that it was asked to be in."""

    status: int
    seconds: float
    trace_id: str


@dataclass(frozen=True, kw_only=True)
class SignupApp:
    """A running app."""

    port: int
    process: AppProcess

    def sign_up(self, address: str, *, sampled: bool = True) -> Answer:
        """Send one form.

        :param sampled: whether the caller has decided that it is traced; else the app's rules do.
        """
        trace_id = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if sampled:
            headers["X-Amzn-Trace-Id"] = f"Root={trace_id};Sampled=1"
        form = urllib.parse.urlencode({"name": "A Person", "email": address})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        began = time.monotonic()
        try:
            connection.request("POST", "/signup", form, headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        return Answer(status=status, seconds=time.monotonic() - began, trace_id=trace_id)

    def signups(self, number: int = 20, *, sampled: bool = True) -> set[str]:
        """Sign up so many, several at once and each tenth twice; returns the traces.

        No more than the system's queue of a UDP socket holds: nothing is lost by chance.
        """
        addresses = [new_address() for _ in range(number)]
        addresses[9::10] = addresses[8::10][: len(addresses[9::10])]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda one: self.sign_up(one, sampled=sampled), addresses))
        duplicates = number // 10
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [201] * (number - duplicates) + [409] * duplicates
        return {answer.trace_id for answer in answers}

    @contextmanager
    def under_load(self) -> Iterator[list[Answer]]:
        """Keep people signing up, one after another; each got an answer."""
        answers: list[Answer] = []
        enough = Event()

        def run() -> None:
            while not enough.is_set():
                answers.append(self.sign_up(new_address()))
                enough.wait(0.01)

        thread = Thread(target=run)
        thread.start()
        try:
            until(lambda: len(answers) > 5, "the first answers")
            yield answers
        finally:
            enough.set()
            thread.join()
        assert {answer.status for answer in answers} == {201}


def new_address() -> str:
    return f"person-{next(_numbers)}@example.com"


def assert_no_slower(app: SignupApp, untraced: SignupApp) -> set[str]:
    """Sign up at both in turn, and hold the medians to the factor; returns the traces."""
    traces: set[str] = set()
    ratios: list[float] = []
    while not ratios or (ratios[-1] >= FACTOR and len(ratios) < _ROUNDS):
        traced, plain = [], []
        for _ in range(20):
            traced.append(app.sign_up(new_address()))
            plain.append(untraced.sign_up(new_address()))
        assert {answer.status for answer in traced + plain} == {201}
        traces |= {answer.trace_id for answer in traced}
        ratios.append(_median(traced) / _median(plain))
    assert ratios[-1] < FACTOR, f"times the untraced app: {ratios}"
    return traces


def _median(answers: Sequence[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers)


@contextmanager
def running(
    variables: Mapping[str, str],
    *,
    module: str = "signup.xray_app",
    port: int = 0,
    through: Sequence[str] = (),
) -> Iterator[SignupApp]:
    """Start the app under gunicorn and wait until it answers.

    :param port: a free one when 0, which gunicorn then prints.
    :param through: a program that gunicorn's command is given to.
    """
    with gunicorn(variables, module=module, port=port, through=through) as process:

        def said() -> str:
            return "\n".join(process.lines)

        def listens() -> bool:
            assert process.code is None, said()
            return port != 0 or _LISTENING.search(said()) is not None

        until(listens, said)
        found = _LISTENING.search(said())
        app = SignupApp(port=int(found[1]) if found else port, process=process)
        until(lambda: _is_healthy(app), said)
        yield app


def gunicorn(
    variables: Mapping[str, str], *, module: str, port: int = 0, through: Sequence[str] = ()
) -> AppProcess:
    """Start the app without waiting for it."""
    command = [
        *through, sys.executable, "-m", "gunicorn", "--threads", "8", "--no-control-socket",
        "--bind", f"127.0.0.1:{port}", f"{module}:app",
    ]  # fmt: skip
    paths = [str(FOLDER), str(Path(__file__).parent), *filter(None, [variables.get("PYTHONPATH")])]
    told = {**variables, "PYTHONPATH": os.pathsep.join(paths)}
    return AppProcess(command, variables=told, folder=FOLDER)


def free_address() -> str:
    """Return an address of loopback whose port is free for TCP and UDP."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with closing(socket.socket(type=socket.SOCK_DGRAM)) as datagrams:
                try:
                    datagrams.bind(("127.0.0.1", port))
                except OSError:
                    continue
        return f"127.0.0.1:{port}"


def _is_healthy(app: SignupApp) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=PATIENCE)
    with suppress(OSError), closing(connection):
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    return False


def until(
    holds: Callable[[], object], what: str | Callable[[], str], *, every: float = 0.02
) -> None:
    """Wait until something holds.

    :param every: so many seconds, it looks.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(every)
