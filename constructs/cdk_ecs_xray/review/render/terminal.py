"""The report for a terminal: colored there, plain in a pipe."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import printable
from cdk_ecs_xray.review.changes import Change, Weight
from cdk_ecs_xray.review.inventory import TaskRow
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.review.rule import FindingGroup, grouped
from cdk_ecs_xray.review.sampling import Cost
from cdk_ecs_xray.review.security import Permission
from cdk_ecs_xray.severity import Severity

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_OUTCOMES = {
    "connected": ("✓", "green"),
    "not-connected": ("✗", "red"),
    "cannot-tell": ("?", "yellow"),
}
_CHANGES = {
    Weight.REPLACED: ("replaced", "bold red"),
    Weight.PERMISSIONS: ("permissions", "bold yellow"),
    Weight.TRACING: ("tracing", "cyan"),
    Weight.OTHER: ("changed", "dim"),
}


def rendered(report: Report, *, colours: bool = False, width: int | None = None) -> str:
    """Return the report as lines; without a width they are as long as they are."""
    console = Console(
        file=io.StringIO(),
        force_terminal=colours,
        no_color=not colours,
        color_system="standard" if colours else None,
        width=10_000 if width is None else width,
        highlight=False,
        markup=False,
        emoji=False,
    )
    _print(console, report)
    written = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in written.splitlines())


def _print(console: Console, report: Report) -> None:
    environment = None
    for task in report.tasks:
        if task.environment != environment:
            environment = task.environment
            console.print(_text(environment or report.source, style="bold"))
        _task(console, task)
    _permissions(console, report.permissions)
    if report.changes is not None:
        _changes(console, report.against or "", report.changes)
    _costs(console, report.costs or ())
    if report.findings:
        console.print()
        console.print(Text("Findings", style="bold"))
        for group in grouped(report.findings):
            _finding(console, group)
        _indented(console, 2, _text(f"About each: {how_to_read('ID')}", style="dim"))
    console.print()
    console.print(_text(f"{report.verdict}; {report.coverage}", style="bold"))


def _permissions(console: Console, permissions: Sequence[Permission]) -> None:
    if permissions:
        console.print()
        console.print(Text("Permissions for tracing", style="bold"))
    for permission in permissions:
        line = f"{permission.place} ({permission.role}): {', '.join(permission.actions)} on "
        _indented(console, 2, _text(line + ", ".join(permission.resources)))
        if permission.wildcard:
            _indented(console, 4, _text(permission.wildcard, style="dim"))


def _costs(console: Console, costs: Sequence[Cost]) -> None:
    if costs:
        console.print()
        console.print(Text("Cost", style="bold"))
    for cost in costs:
        _indented(console, 2, _text(f"{cost.environment}: {cost.sentence}"))


def _task(console: Console, task: TaskRow) -> None:
    _indented(console, 2, _line((task.stack, ""), (f"  {task.heading}", "dim")))
    for app in task.apps:
        sign, colour = _OUTCOMES[app.outcome]
        _indented(console, 4, _line((sign, colour), (f" {app.name}: {app.sentence}", "")))
    for collector in task.collectors:
        _indented(console, 4, _text(f"• {collector.name}: {collector.sentence}"))
    if task.collectors:
        _indented(console, 4, _text(f"• permissions: {task.permissions}"))


def _changes(console: Console, against: str, changes: Sequence[Change]) -> None:
    console.print()
    console.print(_text(f"Changes against {against}", style="bold"))
    if not changes:
        _indented(console, 2, _text("none"))
    for change in changes:
        word, colour = _CHANGES[change.weight]
        _indented(console, 2, _line((word, colour), (f"  {change.place}: {change.text}", "")))


def _finding(console: Console, group: FindingGroup) -> None:
    finding = group.finding
    severity = (str(finding.severity), _COLOURS[finding.severity])
    _indented(console, 2, _line(severity, (f"  {finding.id}", "bold")))
    for place in group.places:
        _indented(console, 4, _text(str(place)))
    _indented(console, 4, _text(finding.problem.clause))
    _indented(console, 4, _text(f"→ {finding.problem.fix}", style="green"))
    _indented(console, 4, _text(finding.page, style="dim"))


def _line(*parts: tuple[str, str]) -> Text:
    return Text().join([_text(text, style=style) for text, style in parts])


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _indented(console: Console, columns: int, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, columns)))
