"""The report as a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cdk_ecs_xray.printable import counted, printable
from cdk_ecs_xray.review.changes import Change, Weight
from cdk_ecs_xray.review.inventory import TaskRow
from cdk_ecs_xray.review.render.topology import mermaid
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.review.rule import FindingGroup, grouped
from cdk_ecs_xray.severity import Severity

_SIGNS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}
_OUTCOMES = {"connected": "✅", "not-connected": "❌", "cannot-tell": "❔"}
_CHANGES = {
    Weight.REPLACED: "♻️ **replaced**",
    Weight.PERMISSIONS: "🔑 **permissions**",
    Weight.TRACING: "🔭",
    Weight.OTHER: "✏️",
}
_LINKED = re.compile(r"[@#]|(?:https?|ftp):|www(?=\\?\.)", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def rendered(report: Report) -> str:
    """Return the report as GitHub's Markdown, with a drawing in Mermaid."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "## X-Ray tracing review"
    yield ""
    yield f"**{report.verdict}** · {report.coverage}"
    if report.changes is not None:
        yield from _changes(report.against or "", report.changes)
    if report.findings:
        yield from ("", "### Findings", "")
        for group in grouped(report.findings):
            yield from _finding(group)
    if report.costs is not None:
        yield from ("", "### Cost", "")
        for cost in report.costs:
            yield f"- {_text(cost.environment)}: {_text(cost.sentence)}"
    if report.tasks:
        yield from ("", "### What is connected")
        for task in report.tasks:
            yield from _task(task)
        yield from ("", "<details><summary>Where traces go</summary>", "", "```mermaid")
        yield mermaid(report.tasks)
        yield from ("```", "", "</details>")
    if report.permissions:
        yield from ("", "<details><summary>Permissions for tracing</summary>", "")
        yield "| Where | May | On |"
        yield "|---|---|---|"
        for permission in report.permissions:
            actions, on = (
                ", ".join(map(_code, words)).replace("|", "\\|")
                for words in (permission.actions, permission.resources)
            )
            why = f" — {_text(permission.wildcard)}" if permission.wildcard else ""
            where = f"{_text(permission.place)} ({_text(permission.role)})"
            yield f"| {where} | {actions} | {on}{why} |"
        yield from ("", "</details>")


def _changes(against: str, changes: Sequence[Change]) -> Iterator[str]:
    yield from ("", f"### What changes against {_code(against)}", "")
    if not changes:
        yield "Nothing."
    for change in changes:
        if change.weight is not Weight.OTHER:
            yield _change(change)
    others = [_change(change) for change in changes if change.weight is Weight.OTHER]
    if others:
        summary = counted(len(others), "other difference")
        yield from ("", f"<details><summary>{summary}</summary>", "", *others, "", "</details>")


def _change(change: Change) -> str:
    return f"- {_CHANGES[change.weight]} {_text(change.place)}: {_text(change.text)}"


def _finding(group: FindingGroup) -> Iterator[str]:
    finding = group.finding
    yield f"- {_SIGNS[finding.severity]} **{finding.severity}** {_code(finding.id)}"
    yield f"  <br/>{_text(finding.problem.clause)}."
    yield f"  <br/>→ {_text(finding.problem.fix)}"
    for place in group.places:
        yield f"  - {_text(str(place))}"


def _task(task: TaskRow) -> Iterator[str]:
    yield from ("", f"**{_text(task.stack)}**: {_text(task.heading)}", "")
    for app in task.apps:
        yield f"- {_OUTCOMES[app.outcome]} {_code(app.name)}: {_text(app.sentence)}"
    for collector in task.collectors:
        yield f"- 📡 {_code(collector.name)}: {_text(collector.sentence)}"
    if task.collectors:
        yield f"- 🔑 {_text(task.permissions)}"


def _text(text: str) -> str:
    """Return text that GitHub shows as it is: no markup, and nothing that it would link."""
    escaped = _SPECIAL.sub(r"\\\1", printable(text))
    # GitHub looks for mentions, issues and addresses in what is left after Markdown is read, where
    # a backslash is gone; a space of no width stays.
    return _LINKED.sub(lambda found: f"{found[0]}\u200b", escaped)


def _code(text: str) -> str:
    """Return a code span, fenced by more backticks than any that the text has."""
    shown = printable(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{shown}{space}{fence}"
