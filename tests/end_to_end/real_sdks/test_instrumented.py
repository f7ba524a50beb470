"""Apps that know nothing of tracing, as processes with the environment of their instrumented task.

What the init image would copy is what its registry package holds. Of the environment the host is
replaced, as in test_wiring.py, and the path of the volume, which is nowhere here.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    Instrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    XRayTracing,
)
from cdk_ecs_xray.instrumentation import AppPlace
from tests.end_to_end.real_sdks.stand_in import StandIn, listening
from tests.end_to_end.real_sdks.test_wiring import (
    HERE,
    NODE,
    SDKS,
    SECONDS,
    SERVICE,
    decoded,
    needs_sdks,
    replaced,
)

SOURCES = "/srv"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "200"}
"""Milliseconds between two exports; five seconds by default."""
PLACE = AppPlace(where="", architecture="x86_64")
_LISTENING = re.compile(r"(?:listening on |Listening at: http://127\.0\.0\.1:)(\d+)")
GUNICORN = ("-m", "gunicorn", "--no-control-socket", "--bind", "127.0.0.1:0", "--workers", "2")

Ask = Callable[[str], str]


@pytest.fixture(scope="module")
def environment_of(
    synthesise: Callable[..., Any], variables: Callable[..., dict[str, Any]]
) -> Callable[[Instrumentation, Mapping[str, str]], dict[str, str]]:
    """Return the variables of an app that has some of its own, in the template."""

    def run(instrumentation: Instrumentation, own: Mapping[str, str]) -> dict[str, str]:
        def build(stack: cdk.Stack) -> None:
            task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
            image = ecs.ContainerImage.from_registry("app:1")
            task.add_container("web", image=image, environment=dict(own))
            task.add_extension(XRayTracing(instrument=instrumentation, tracing_name=SERVICE))

        return variables(synthesise(build).containers()["web"])

    return run


@pytest.fixture
def payload_of(tmp_path: Path) -> Callable[[Instrumentation], Path]:
    """Return what the volume holds once the init container has ended."""

    def run(instrumentation: Instrumentation) -> Path:
        if instrumentation.language == "python":
            return SDKS / "python"
        folder = tmp_path / "payload"
        folder.mkdir()
        (folder / "node_modules").symlink_to(SDKS / "node_modules")
        # All that this file of the image does.
        (folder / "autoinstrumentation.js").write_text(
            'require("@aws/aws-distro-opentelemetry-node-autoinstrumentation/register");\n'
        )
        return folder

    return run


@contextmanager
def served(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, log: Path
) -> Iterator[Ask]:
    """Start an app and give what asks it for an order."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], **environment},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            port = _port(process, log)

            def ask(order: str) -> str:
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as one:
                    one.request("GET", f"/orders/{order}")
                    return one.getresponse().read().decode()

            yield ask
        finally:
            # The distribution for Node takes SIGTERM for itself; gunicorn's workers go along.
            os.killpg(process.pid, signal.SIGKILL)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    ends = time.monotonic() + SECONDS
    while (found := _LISTENING.search(log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.05)
    return int(found[1])


def orders_in(stand_in: StandIn, asked: Sequence[str]) -> set[str]:
    """Return the orders whose spans have arrived: a path stands in its message as it is."""
    return {
        order
        for order in asked
        if any(f"/orders/{order}".encode() in body for body in stand_in.exports)
    }


def until_traced(
    ask: Ask, stand_in: StandIn, enough: Callable[[Mapping[str, str]], bool]
) -> Mapping[str, str]:
    """Ask for orders until enough of them are traced; return their answers.

    Before its rules arrive an SDK records one request a second.
    """
    ends = time.monotonic() + SECONDS
    answers: dict[str, str] = {}
    for attempt in count(1):
        order = f"order-{attempt}-end"
        answers[order] = ask(order)
        with stand_in.arrived:
            stand_in.arrived.wait(timeout=0.25)
        traced = {order: answers[order] for order in orders_in(stand_in, list(answers))}
        if enough(traced):
            return traced
        assert time.monotonic() < ends, f"of {attempt} requests these are traced: {traced}"
    raise AssertionError("unreachable")


def in_place(
    environment: Mapping[str, str], stand_in: StandIn, paths: Mapping[str, Path]
) -> dict[str, str]:
    found = replaced(environment, "127.0.0.1", stand_in)
    for path, there in paths.items():
        found = {name: value.replace(path, str(there)) for name, value in found.items()}
    return found


@needs_sdks
@pytest.mark.parametrize("preload", [True, False], ids=["preloaded", "forked-first"])
def test_flask_under_gunicorn_is_traced_in_each_worker(
    environment_of: Callable[..., dict[str, str]],
    payload_of: Callable[[Instrumentation], Path],
    tmp_path: Path,
    *,
    preload: bool,
) -> None:
    instrumentation = PythonInstrumentation()
    # The app itself is on the path that its owner has set.
    environment = environment_of(instrumentation, {"PYTHONPATH": SOURCES})
    paths = {instrumentation.agent(PLACE).path: payload_of(instrumentation), SOURCES: HERE}
    command = [sys.executable, *GUNICORN, *(["--preload"] if preload else []), "shop:app"]
    with listening(SERVICE) as stand_in:
        variables = {**in_place(environment, stand_in, paths), **SOON}
        with served(command, variables, tmp_path, tmp_path / "log") as ask:
            # Each answers with its process.
            until_traced(
                ask,
                stand_in,
                lambda traced: len({answer.split()[1] for answer in traced.values()}) > 1,
            )

    names, spans = decoded(stand_in)
    assert names == {SERVICE}
    assert "GET /orders/<order>" in spans


@needs_sdks
@pytest.mark.parametrize(
    ("instrumentation", "file"),
    [(NodeInstrumentation(), "shop.cjs"), (NodeInstrumentation(esm=True), "shop.mjs")],
    ids=["commonjs", "esm"],
)
def test_express_is_traced_with_its_routes(
    environment_of: Callable[..., dict[str, str]],
    payload_of: Callable[[Instrumentation], Path],
    tmp_path: Path,
    *,
    instrumentation: NodeInstrumentation,
    file: str,
) -> None:
    environment = environment_of(instrumentation, {"NODE_OPTIONS": "--title=owners-choice"})
    paths = {instrumentation.agent(PLACE).path: payload_of(instrumentation)}
    # What the app's own image would hold.
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "express").symlink_to(SDKS / "node_modules" / "express")
    (tmp_path / file).write_bytes((HERE / file).read_bytes())
    with listening(SERVICE) as stand_in:
        variables = {**in_place(environment, stand_in, paths), **SOON}
        with served([NODE, file], variables, tmp_path, tmp_path / "log") as ask:
            traced = until_traced(ask, stand_in, bool)

    assert {answer.split()[1] for answer in traced.values()} == {"owners-choice"}
    names, spans = decoded(stand_in)
    assert names == {SERVICE}
    assert "GET /orders/:order" in spans


@pytest.mark.parametrize(
    ("instrumentation", "command", "starts"),
    [
        (PythonInstrumentation(), [sys.executable, "-c", "print('on')"], True),
        (NodeInstrumentation(), [NODE, "-e", "console.log('on')"], False),
    ],
    ids=["python", "node"],
)
def test_an_app_waits_for_success_where_it_cannot_start_without_its_agent(
    environment_of: Callable[..., dict[str, str]],
    tmp_path: Path,
    *,
    instrumentation: Instrumentation,
    command: Sequence[str | Path],
    starts: bool,
) -> None:
    # What the init container has not copied is not there.
    environment = {
        name: value.replace(instrumentation.agent(PLACE).path, str(tmp_path / "empty"))
        for name, value in environment_of(instrumentation, {}).items()
        if isinstance(value, str)
    }

    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
    )

    assert (done.returncode == 0) is starts
    waits_for = instrumentation.agent(PLACE).starts_after
    assert waits_for == ("COMPLETE" if starts else "SUCCESS")
