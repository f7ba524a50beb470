"""The report as a comment on a pull request, which GitHub takes up to 65,536 characters of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.printable import counted, printable
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
_LINKED = re.compile(r"[@#]|(?:https?|ftp):|www(?=\\?\.)", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~@])")


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
    if report.costs is not None:
        yield from ("", "### Cost", "")
        for cost in report.costs:
            yield f"- {_text(cost.environment)}: {_text(cost.sentence)}"
    yield from _tasks(report.tasks, detail)
    if report.permissions:
        yield from ("", "<details><summary>Permissions for tracing</summary>", "")
        yield "| Where | May | On |"
        yield "|---|---|---|"
        for permission in report.permissions[: detail.listed]:
            actions, on = (
                ", ".join(map(_code, words)).replace("|", "\\|")
                for words in (permission.actions, permission.resources)
            )
            why = f" — {_text(permission.wildcard)}" if permission.wildcard else ""
            where = f"{_text(permission.place)} ({_text(permission.role)})"
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
    yield from ("", f"### What changes against {_code(against)}", "")
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
    return f"- {_CHANGES[change.weight]} {_text(change.place)}: {_text(change.text)}"


def _finding(group: FindingGroup, detail: _Detail) -> Iterator[str]:
    finding = group.finding
    sign = f"{_SIGNS[finding.severity]} **{finding.severity}**"
    yield f"- {sign} [{_code(finding.id)}]({finding.page})"
    yield f"  <br/>{_text(finding.problem.clause)}."
    yield f"  <br/>→ {_text(finding.problem.fix)}"
    for place in group.places[: detail.listed]:
        yield f"  - {_text(str(place))}"
    if detail.listed is not None and len(group.places) > detail.listed:
        yield f"  - … and {counted(len(group.places) - detail.listed, 'more place')}"


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
