"""The report as one page that needs nothing but itself: no network, no script, no font."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import counted
from cdk_ecs_xray.review.changes import Change, Weight
from cdk_ecs_xray.review.inventory import TaskRow
from cdk_ecs_xray.review.render.element import Element, element
from cdk_ecs_xray.review.render.topology import svg
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.review.rule import FindingGroup, grouped
from cdk_ecs_xray.review.security import Permission
from cdk_ecs_xray.severity import Severity

_TITLE = "X-Ray tracing review"
_OUTCOMES = {
    "connected": "connected",
    "not-connected": "not connected",
    "cannot-tell": "cannot tell",
}


def rendered(report: Report) -> str:
    """Return the report as a page for wide and narrow screens, light and dark."""
    style = Element(f"<style>{_style()}</style>")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{_TITLE}: {report.source}"),
        # Browsers ask a server for an icon unless the page brings one.
        Element('<link rel="icon" href="data:,">'),
        style,
    )
    body = element("body", element("main", _header(report), *_sections(report)))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _style() -> str:
    return (files(__package__) / "report.css").read_text(encoding="utf-8")


def _header(report: Report) -> Element:
    counts = [
        element("li", element("b", number), f" {noun}", class_=severity)
        for severity in Severity
        for number, noun in [counted(report.count(severity), str(severity)).split(" ")]
    ]
    return element(
        "header",
        element("h1", _TITLE),
        element("p", element("code", report.source), f" · {report.coverage}"),
        element("ul", *counts, class_="counts"),
    )


def _sections(report: Report) -> Iterator[Element]:
    if report.changes is not None:
        yield _section(
            f"Changes against {report.against}",
            list(_changes(report.changes)),
            "Nothing changes.",
        )
    findings = [_finding(group) for group in grouped(report.findings)]
    if findings:
        command = element("code", how_to_read("ID"))
        findings.append(element("p", "About each: ", command, class_="place"))
    yield _section("Findings", findings, "Nothing was found.")
    tasks = [element("div", *map(_task, report.tasks), class_="tasks")] if report.tasks else []
    yield _section("What is connected", tasks, "There is no task definition.")
    if report.costs is not None:
        rows = [_fact(cost.environment, cost.sentence, "", "") for cost in report.costs]
        yield _section("Cost", [element("article", element("dl", *rows))] if rows else [], "None.")
    if report.permissions:
        yield _section(
            "Permissions for tracing",
            [_permission(permission) for permission in report.permissions],
        )


def _section(title: str, content: Sequence[Element], empty: str = "") -> Element:
    shown = content or [element("p", empty, class_="empty")]
    return element("section", element("h2", title), *shown)


def _changes(changes: Sequence[Change]) -> Iterator[Element]:
    for weighty in (True, False):
        listed = [
            _change(change) for change in changes if (change.weight is not Weight.OTHER) is weighty
        ]
        shown = element("ul", *listed, class_="changes")
        if listed and weighty:
            yield shown
        elif listed:
            summary = element("summary", counted(len(listed), "other difference"))
            yield element("details", summary, shown)


def _change(change: Change) -> Element:
    kind = change.weight.name.lower()
    return element(
        "li",
        element("span", kind, class_=f"tag {kind}"),
        element("div", element("p", change.text), element("p", change.place, class_="place")),
    )


def _finding(group: FindingGroup) -> Element:
    finding = group.finding
    clause = finding.problem.clause
    places = [element("li", str(place)) for place in group.places]
    return element(
        "article",
        element(
            "h3",
            element("span", str(finding.severity), class_=f"tag {finding.severity}"),
            " ",
            finding.title,
        ),
        element("p", f"{_begun(clause)}."),
        element("p", element("b", "Fix: "), finding.problem.fix, class_="fix"),
        element("ul", *places, class_="place"),
        element(
            "p",
            element("code", finding.id),
            " · ",
            element("a", finding.page, href=finding.page),
            class_="place",
        ),
        class_=f"finding {finding.severity}",
    )


def _task(task: TaskRow) -> Element:
    apps = [_fact(app.name, app.sentence, _OUTCOMES[app.outcome], app.outcome) for app in task.apps]
    collectors = [
        _fact(collector.name, collector.sentence, "collector", "") for collector in task.collectors
    ]
    permissions = [_fact("permissions", task.permissions, "", "")] if task.collectors else []
    return element(
        "article",
        element("h4", task.name),
        element("p", f"{task.stack} · {', '.join([task.mode, *task.platforms])}", class_="place"),
        svg(task),
        element("dl", *apps, *collectors, *permissions),
        class_="task",
    )


def _fact(name: str, text: str, tag: str, kind: str) -> Element:
    shown = element("span", tag, class_=f"tag {kind}") if tag else ""
    return element("div", element("dt", name, " ", shown), element("dd", text))


def _permission(permission: Permission) -> Element:
    why = [element("p", permission.wildcard, class_="fix")] if permission.wildcard else []
    return element(
        "article",
        element("p", f"{permission.place} · {permission.role}", class_="place"),
        element("p", *_codes(permission.actions), " on ", *_codes(permission.resources)),
        *why,
        class_="permission",
    )


def _codes(words: Sequence[str]) -> Iterator[str | Element]:
    for position, word in enumerate(words):
        if position:
            yield ", "
        yield element("code", word)


def _begun(clause: str) -> str:
    """Return a clause as the beginning of a sentence; a name that is no word stays as it is."""
    word = clause.partition(" ")[0]
    return f"{clause[:1].upper()}{clause[1:]}" if word.isalpha() and word.islower() else clause
