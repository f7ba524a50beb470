"""What verify says, for a terminal and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import json_text, printable
from cdk_ecs_xray.verify.check import CheckResult, CheckStatus
from cdk_ecs_xray.verify.running import worst
from cdk_ecs_xray.verify.service_map import Node, ServiceMap, service_map
from cdk_ecs_xray.verify.traces import ArrivedTrace

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

_STYLES = {
    CheckStatus.OK: "green",
    CheckStatus.FAILED: "bold red",
    CheckStatus.NOT_CHECKED: "yellow",
}
_TRACE_STYLES = {"ok": "green", "fault": "red", "error": "yellow", "throttle": "yellow"}
_SHOWN_TRACES = 10


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All that was found.

    :param environment: the Stage; None for an app without Stages.
    :param traces: that arrived, newest first.
    """

    environment: str | None
    account: str
    results: Sequence[CheckResult]
    traces: Sequence[ArrivedTrace]

    @property
    def result(self) -> CheckStatus:
        """The result of all checks."""
        return worst(self.results)

    @property
    def map(self) -> ServiceMap:
        """Who calls whom, from the traces."""
        return service_map(trace.segments for trace in self.traces)


def as_json(verification: Verification) -> str:
    """Return the report for machines."""
    document = {
        "environment": verification.environment,
        "account": verification.account,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "result": verification.result.value,
        "checks": [
            {
                "check": result.check.check_id,
                "status": result.answer.status.value,
                **result.answer.as_document(),
                "docs": how_to_read(result.check.check_id),
                "needs": list(result.check.needs),
            }
            for result in verification.results
        ],
        "traces": [_trace(trace) for trace in verification.traces],
        "service_map": [
            {
                "from": {"name": edge.caller.name, "kind": edge.caller.kind},
                "to": {"name": edge.called.name, "kind": edge.called.kind},
                "calls": edge.calls,
                "seconds": round(edge.seconds, 6),
                **edge.counts,
            }
            for edge in verification.map.edges
        ],
    }
    return json_text(document)


def _trace(trace: ArrivedTrace) -> dict[str, object]:
    return {
        "id": trace.trace_id,
        "request": trace.url,
        "status": trace.status,
        "http_status": trace.http_status,
        "duration": trace.duration,
        "error": trace.error,
    }


def print_report(verification: Verification, file: IO[str], *, with_map: bool = True) -> None:
    """Write the report for people: in color on a terminal, plain elsewhere and with NO_COLOR."""
    from rich.console import Console

    console = Console(file=file, highlight=False, markup=False, emoji=False)
    for result in verification.results:
        status = result.answer.status
        console.print(status.value.ljust(12), style=_STYLES[status], end="")
        _print(console, f"{result.answer.subject}: {result.answer.clause}")
        if result.answer.problem is not None:
            check_id = result.check.check_id
            _print(console, f"{'':<12}fix: {result.answer.problem.fix}")
            _print(console, f"{'':<12}[{check_id}] {how_to_read(check_id)}")
    if verification.traces:
        _print_traces(console, verification.traces)
        if with_map:
            _print_map(console, verification.map)
    _print(console, "")
    counts = [
        f"{sum(result.answer.status is status for result in verification.results)} {status.value}"
        for status in CheckStatus
    ]
    where = verification.account if verification.environment is None else verification.environment
    console.print(
        printable(f"{where}: {', '.join(counts)}"),
        style=_STYLES[verification.result],
        soft_wrap=True,
    )


def _print(console: Console, text: str) -> None:
    # A terminal wraps long lines itself, and a pipe wants each in one piece.
    console.print(printable(text), soft_wrap=True)


def _print_traces(console: Console, traces: Sequence[ArrivedTrace]) -> None:
    console.print()
    _print(console, "traces, newest first")
    for trace in traces[:_SHOWN_TRACES]:
        console.print(f"  {trace.status.ljust(9)}", style=_TRACE_STYLES[trace.status], end="")
        status = "" if trace.http_status is None else f"{trace.http_status} "
        duration = "?" if trace.duration is None else f"{trace.duration * 1000:.0f} ms"
        error = f"  {trace.error}" if trace.error else ""
        _print(console, f"{duration:>8}  {status}{trace.url or trace.trace_id}{error}")
    if len(traces) > _SHOWN_TRACES:
        _print(console, f"  and {len(traces) - _SHOWN_TRACES} more")


def _print_map(console: Console, drawn: ServiceMap) -> None:
    from rich.tree import Tree

    console.print()
    for root in drawn.roots():
        tree = Tree(printable(root.name))
        _grow(tree, drawn, root, seen=set())
        console.print(tree, soft_wrap=True)


def _grow(tree: Tree, drawn: ServiceMap, node: Node, *, seen: set[Node]) -> None:
    seen.add(node)
    for edge in drawn.calls_of(node):
        again = ", drawn above" if edge.called in seen else ""
        kind = "" if edge.called.kind == "service" else f" ({edge.called.kind})"
        branch = tree.add(printable(f"{edge.called.name}{kind}  {edge.label}{again}"))
        if not again:
            _grow(branch, drawn, edge.called, seen=seen)
