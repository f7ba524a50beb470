"""The report as a comment on a pull request, which GitHub takes up to 65,536 characters of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import counted, markdown, markdown_code
from cdk_ecs_xray.review.changes import Change, Weight
from cdk_ecs_xray.review.inventory import TaskRow
from cdk_ecs_xray.review.render.topology import mermaid
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.review.rule import FindingGroup, grouped
from cdk_ecs_xray.severity import Severity

LONGEST = 65_536
_SIGNS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}
_OUTCOMES = {"connected": "✅", "not-connected": "❌", "cannot-tell": "❔"}
_CHANGES = {
    Weight.REPLACED: "♻️ **replaced**",
    Weight.PERMISSIONS: "🔑 **permissions**",
    Weight.TRACING: "🔭",
    Weight.OTHER: "✏️",
}


@dataclass(frozen=True, kw_only=True)
class _Detail:
    """How much is shown before the rest is only counted.

    :param drawn: the drawing is there.
    :param listed: entries of each list; None for all.
    """

    drawn: bool
    listed: int | None


# From everything to counts alone; the first that fits is taken.
_DETAILS = (
    _Detail(drawn=True, listed=None),
    _Detail(drawn=False, listed=None),
    _Detail(drawn=False, listed=60),
    _Detail(drawn=False, listed=20),
    _Detail(drawn=False, listed=5),
    _Detail(drawn=False, listed=1),
)


def rendered(report: Report) -> str:
    """Return the report as GitHub's Markdown, folded as far as GitHub's limit asks for."""
    text = ""
    for detail in _DETAILS:
        text = "\n".join(_lines(report, detail)) + "\n"
        if len(text) <= LONGEST:
            return text
    # What is left is one entry that is longer than any comment may be.
    return f"## X-Ray tracing review\n\n**{report.verdict}** · {report.coverage}\n"


def _lines(report: Report, detail: _Detail) -> Iterator[str]:
    yield "## X-Ray tracing review"
    yield ""
    yield f"**{report.verdict}** · {report.coverage}"
    if report.changes is not None:
        yield from _changes(report.against or "", report.changes, detail)
    if report.findings:
        yield from ("", "### Findings", "")
        groups = grouped(report.findings)
        for group in groups[: detail.listed]:
            yield from _finding(group, detail)
        yield from _rest(len(groups), detail, "finding")
        yield from ("", f"About each: {markdown_code(how_to_read('ID'))}")
    if report.costs is not None:
        yield from ("", "### Cost", "")
        for cost in report.costs:
            yield f"- {markdown(cost.environment)}: {markdown(cost.sentence)}"
    yield from _tasks(report.tasks, detail)
    if report.permissions:
        yield from ("", "<details><summary>Permissions for tracing</summary>", "")
        yield "| Where | May | On |"
        yield "|---|---|---|"
        for permission in report.permissions[: detail.listed]:
            actions, on = (
                ", ".join(map(markdown_code, words)).replace("|", "\\|")
                for words in (permission.actions, permission.resources)
            )
            why = f" — {markdown(permission.wildcard)}" if permission.wildcard else ""
            where = f"{markdown(permission.place)} ({markdown(permission.role)})"
            yield f"| {where} | {actions} | {on}{why} |"
        yield from _rest(len(report.permissions), detail, "permission")
        yield from ("", "</details>")


def _rest(number: int, detail: _Detail, noun: str) -> Iterator[str]:
    """Say how many entries are left out, and where they are."""
    if detail.listed is not None and number > detail.listed:
        left = counted(number - detail.listed, f"more {noun}")
        yield ""
        yield f"… and {left}; `--format html` and `--format json` have all."


def _tasks(tasks: Sequence[TaskRow], detail: _Detail) -> Iterator[str]:
    if not tasks:
        return
    yield from ("", "### What is connected")
    for task in tasks[: detail.listed]:
        yield from _task(task)
    yield from _rest(len(tasks), detail, "task definition")
    if detail.drawn:
        yield from ("", "<details><summary>Where traces go</summary>", "", "```mermaid")
        yield mermaid(tasks)
        yield from ("```", "", "</details>")


def _changes(against: str, changes: Sequence[Change], detail: _Detail) -> Iterator[str]:
    yield from ("", f"### What changes against {markdown_code(against)}", "")
    if not changes:
        yield "Nothing."
    first = [_change(change) for change in changes if change.weight is not Weight.OTHER]
    yield from first[: detail.listed]
    yield from _rest(len(first), detail, "change")
    others = [_change(change) for change in changes if change.weight is Weight.OTHER]
    if others:
        summary = counted(len(others), "other difference")
        yield from ("", f"<details><summary>{summary}</summary>", "")
        yield from others[: detail.listed]
        yield from _rest(len(others), detail, "difference")
        yield from ("", "</details>")


def _change(change: Change) -> str:
    return f"- {_CHANGES[change.weight]} {markdown(change.place)}: {markdown(change.text)}"


def _finding(group: FindingGroup, detail: _Detail) -> Iterator[str]:
    finding = group.finding
    sign = f"{_SIGNS[finding.severity]} **{finding.severity}**"
    yield f"- {sign} [{markdown_code(finding.id)}]({finding.page})"
    yield f"  <br/>{markdown(finding.problem.clause)}."
    yield f"  <br/>→ {markdown(finding.problem.fix)}"
    for place in group.places[: detail.listed]:
        yield f"  - {markdown(str(place))}"
    if detail.listed is not None and len(group.places) > detail.listed:
        yield f"  - … and {counted(len(group.places) - detail.listed, 'more place')}"


def _task(task: TaskRow) -> Iterator[str]:
    yield from ("", f"**{markdown(task.stack)}**: {markdown(task.heading)}", "")
    for app in task.apps:
        yield f"- {_OUTCOMES[app.outcome]} {markdown_code(app.name)}: {markdown(app.sentence)}"
    for collector in task.collectors:
        yield f"- 📡 {markdown_code(collector.name)}: {markdown(collector.sentence)}"
    if task.collectors:
        yield f"- 🔑 {markdown(task.permissions)}"
