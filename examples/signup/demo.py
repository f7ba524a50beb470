"""Deploys the signup service onto the AWS emulator, sends traffic, and shows what X-Ray has of it.

``make demo`` runs it. The app is a process of this machine with exactly the environment that its
task definition was deployed with; where that says the collector is, a collector listens:
``XRAY_DAEMON=/path/to/xray``, Docker's if it has the daemon's image, the kit's relay otherwise.
``KEEP=1`` leaves all of it running until Ctrl-C, with a page that shows the traces.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import load
from collectors import collector
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, DeployedStack, describe, targets_of
from cdk_ecs_xray.local.interruption import scratch_folder, undo_on_signals
from cdk_ecs_xray.local.running import AppProcess, DeployedApp, deployed_apps
from cdk_ecs_xray.local.running.log_stream import LogStream
from cdk_ecs_xray.local.running.process import stream_name, variables_of
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.local_account import local_account
from cdk_ecs_xray.page.serving import Page
from cdk_ecs_xray.verify.service_map import service_map
from cdk_ecs_xray.verify.traces import ArrivedTrace, read_traces

HERE = Path(__file__).parent
ADDRESS = ("127.0.0.1", 2000)
SIGNUPS, PER_MINUTE = 20, 600
PATIENCE = 120.0
_NAME = "AWS_XRAY_TRACING_NAME"
_AT_ONCE = 4
_SERVER = (sys.executable, "-m", "gunicorn", "--no-control-socket", "--threads", "8")


def main() -> int:
    """Run the demo; 0 when every signup is a trace with what it called."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    started = time.monotonic()
    try:
        with undo_on_signals(), ExitStack() as running:
            traces, account = _run(console, running)
            console.print(f"\n{time.monotonic() - started:.0f} s")
            if os.environ.get("KEEP", "0") not in ("", "0"):
                _keep(console, account)
    except EcsXRayError as error:
        console.print(*map(escape, map(str, error.problems)), sep="\n", soft_wrap=True)
        return 2 if isinstance(error, ConfigurationError) else 1
    return 0 if traces else 1


def _run(console: Console, running: ExitStack) -> tuple[Sequence[ArrivedTrace], Account]:
    folder = running.enter_context(scratch_folder())
    aws = running.enter_context(EmbeddedAws.start())
    address = f"{ADDRESS[0]}:{ADDRESS[1] if _is_free(ADDRESS) else _free_port()}"
    stack = _deployed(console, aws, folder, address)
    where = {"account": stack.target.account, "region": stack.target.region}
    session = aws.session(**where)
    (definition,) = (name for kind, name in stack.resources if kind == "AWS::ECS::TaskDefinition")
    (app,) = deployed_apps(session, definition)
    variables = variables_of(app, aws, **where)
    name = running.enter_context(collector(app.collector or "", variables, folder))
    console.print(f"[bold]2[/] collector: {escape(name)}")
    url = f"http://127.0.0.1:{_free_port()}"
    process = running.enter_context(
        AppProcess(
            [*_SERVER, "--bind", url.removeprefix("http://"), "signup.xray_app:app"],
            variables=variables,
            folder=HERE,
            stream=LogStream(session, group=app.log_group or "", stream=stream_name(app)),
        )
    )
    _wait_until_healthy(url, process)
    console.print(
        f"[bold]3[/] app: {url}, in the environment of {escape(app.task_definition)}",
        soft_wrap=True,
    )
    xray = session.client("xray")
    _wait_for_rules(url, xray, app)
    since = datetime.now(UTC)
    statuses = load.run(url, number=SIGNUPS, per_minute=PER_MINUTE, name="person")
    sent = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    console.print(f"[bold]4[/] {SIGNUPS} signups, each tenth a duplicate: {sent}")
    traces = _arrived(xray, app, since)
    _show(console, traces)
    groups = [app.log_group] if app.log_group else []
    return traces, local_account(
        aws,
        account=stack.target.account,
        region=stack.target.region,
        name="signup",
        log_groups=groups,
    )


def _deployed(console: Console, aws: EmbeddedAws, folder: Path, address: str) -> DeployedStack:
    project = CdkProject(HERE)
    assembly = folder / "cdk.out"
    # Unless its port is taken, the app finds its collector where the kit lets every app find it.
    elsewhere = {} if address.endswith(f":{ADDRESS[1]}") else {"daemon_address": address}
    project.synthesise(assembly, context=elsewhere)
    ((target, (source,)),) = targets_of(assembly).items()
    project.bootstrap(aws, target)
    project.deploy(aws, assembly, target)
    stack = describe(aws, target, source.name)
    console.print(
        f"[bold]1[/] stack {source.name}: {stack.status}, "
        f"{len(stack.resources)} resources on {aws.url}"
    )
    return stack


def _wait_until_healthy(url: str, process: AppProcess) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.code is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=2):
            return
        time.sleep(0.05)
    sys.exit("the app does not answer:\n" + "\n".join(process.lines))


def _wait_for_rules(url: str, client: Any, app: DeployedApp) -> None:
    """Wait until the SDK has fetched X-Ray's rules: until then it traces one request a second."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        since = datetime.now(UTC)
        for _ in range(_AT_ONCE):
            with urllib.request.urlopen(f"{url}/", timeout=10):
                pass
        for _ in range(20):
            if len(read_traces(client, app.environment[_NAME], since=since)) >= _AT_ONCE:
                return
            time.sleep(0.1)


def _arrived(client: Any, app: DeployedApp, since: datetime) -> Sequence[ArrivedTrace]:
    """Wait until every signup is a trace; an SDK sends at once, a collector within a second."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = read_traces(client, app.environment[_NAME], since=since)
        signups = [trace for trace in found if trace.url.startswith("POST")]
        complete = [trace for trace in signups if trace.duration is not None]
        if len(complete) >= SIGNUPS or time.monotonic() > deadline:
            return complete
        time.sleep(0.2)


def _show(console: Console, traces: Sequence[ArrivedTrace]) -> None:
    table = Table(box=None, pad_edge=False)
    for header in ("trace", "response", "request", "time", "cause"):
        table.add_column(header, no_wrap=True)
    for trace in sorted(traces, key=_start):
        method, _, address = trace.url.partition(" ")
        request = f"{method} {urlsplit(address).path}"
        cells = (trace.trace_id, str(trace.http_status), request)
        seconds = trace.duration or 0
        table.add_row(*map(escape, (*cells, f"{seconds * 1000:.0f} ms", _cause(trace))))
    console.print(f"[bold]5[/] {len(traces)} traces", table, sep="\n\n")
    console.print("\n[bold]Map[/]")
    for edge in service_map(trace.segments for trace in traces).edges:
        line = f"{edge.caller.name} → {edge.called.name} ({edge.called.kind}): {edge.label}"
        console.print(f"  {escape(line)}")


def _start(trace: ArrivedTrace) -> float:
    return min(float(segment["start_time"]) for segment in trace.segments)


def _cause(trace: ArrivedTrace) -> str:
    """Return the exception of the deepest subsegment that has one, and where that is."""
    found, deepest = "", -1
    waiting: list[tuple[Mapping[str, Any], int]] = [(segment, 0) for segment in trace.segments]
    while waiting:
        part, depth = waiting.pop()
        cause = part.get("cause")
        exceptions = cause.get("exceptions", []) if isinstance(cause, dict) else []
        if exceptions and depth > deepest:
            # What boto3 raises for a condition that does not hold has AWS's own name in its text.
            message = str(exceptions[0].get("message", ""))
            named = re.search(r"\((\w+)\)", message)
            found = f"{named[1] if named else message} in {part.get('name')}"
            deepest = depth
        waiting += [(below, depth + 1) for below in part.get("subsegments", [])]
    return found


def _keep(console: Console, account: Account) -> None:
    with Page(account) as page, suppress(KeyboardInterrupt):
        console.print(f"Page: {page.url}\nIt stays until Ctrl-C.")
        while True:
            time.sleep(3600)


def _is_free(address: tuple[str, int]) -> bool:
    try:
        with socket.create_server(address), socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(address)
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
