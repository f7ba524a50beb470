"""Draws where traces go: as Mermaid for Markdown, as SVG for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cdk_ecs_xray.review.inventory import AppRow, TaskRow
from cdk_ecs_xray.review.render.element import Element, element

_XRAY = "AWS X-Ray"
_OUTSIDE = "outside of the task"
# Narrow enough for a phone without being made smaller.
_WIDTH = 250
_BOX_HEIGHT = 46
_GAP = 34
_LONGEST_NAME = 27
_LONGEST_DETAIL = 33


def mermaid(tasks: Sequence[TaskRow]) -> str:
    """Return a Mermaid flow chart of every task definition; empty without any."""
    lines = ["flowchart LR"]
    for number, task in enumerate(tasks):
        lines.append(f'  subgraph t{number}["{_quoted(f"{task.stack}: {task.heading}")}"]')
        lines += [
            f'    t{number}a{index}["{_quoted(app.name)}"]' for index, app in enumerate(task.apps)
        ]
        lines += [
            f'    t{number}c{index}(["{_quoted(one.name)}<br/>{_quoted(one.engine)}"])'
            for index, one in enumerate(task.collectors)
        ]
        lines.append("  end")
        lines += _arrows(number, task)
    return "\n".join(lines) if tasks else ""


def _arrows(number: int, task: TaskRow) -> Iterable[str]:
    names = [collector.name for collector in task.collectors]
    for index, app in enumerate(task.apps):
        start = f"t{number}a{index}"
        if app.collector in names:
            yield f"  {start} -->|{_via(app)}| t{number}c{names.index(app.collector)}"
        elif app.outcome == "cannot-tell" and app.address is not None:
            yield f'  {start} -.-> outside(["{_OUTSIDE}"])'
            yield f'  outside -.-> xray{{{{"{_XRAY}"}}}}'
        elif app.outcome == "cannot-tell":
            yield f'  {start} -.->|cannot tell| xray{{{{"{_XRAY}"}}}}'
    for index in range(len(names)):
        yield f'  t{number}c{index} --> xray{{{{"{_XRAY}"}}}}'


def _via(app: AppRow) -> str:
    return _quoted(app.address or "default address")


def _quoted(text: str) -> str:
    # Mermaid's own escapes; names may hold anything that CloudFormation leaves open.
    return "".join(
        character if character.isalnum() or character in " -_.,:/()" else f"#{ord(character)};"
        for character in text
    )


def svg(task: TaskRow) -> Element:
    """Return the drawing of one task definition, in the colors of the page that holds it."""
    rows: list[Element] = []
    height = 0
    sending = [app for app in task.apps if app.outcome != "not-connected"]
    for app in task.apps:
        rows.append(_box(height, app.name, _state(app), f"app {app.outcome}"))
        height += _BOX_HEIGHT + 8
    if sending or task.collectors:
        # An arrow leaves the task only where something does.
        for collector in task.collectors:
            if sending:
                rows.append(_arrow(height - 8))
            height += _GAP - 8
            rows.append(_box(height, collector.name, collector.engine, "collector"))
            height += _BOX_HEIGHT
        rows.append(_arrow(height if task.collectors else height - 8))
        height += _GAP
        rows.append(_box(height, _XRAY, _where(task), "xray"))
        height += _BOX_HEIGHT
    return element(
        "svg",
        *rows,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {max(height, 1) + 2}",
        width=str(_WIDTH),
        role="img",
        aria_label=f"where the traces of {task.name} go",
    )


def _state(app: AppRow) -> str:
    if app.outcome == "not-connected":
        return "not connected"
    return app.address or ("cannot tell" if app.outcome == "cannot-tell" else "default address")


def _where(task: TaskRow) -> str:
    for collector in task.collectors:
        if collector.log_group is not None:
            return f"log {collector.log_group}"
    return "no log of a collector here"


def _box(top: int, name: str, detail: str, kind: str) -> Element:
    return element(
        "g",
        element(
            "rect",
            x="1",
            y=str(top + 1),
            width=str(_WIDTH - 2),
            height=str(_BOX_HEIGHT),
            rx="8",
        ),
        element("text", _cut(name, _LONGEST_NAME), x="14", y=str(top + 20), class_="name"),
        element("text", _cut(detail, _LONGEST_DETAIL), x="14", y=str(top + 37), class_="detail"),
        class_=kind,
    )


def _arrow(top: int) -> Element:
    middle, end = _WIDTH // 2, top + _GAP
    return element(
        "path",
        d=f"M{middle} {top + 2}V{end - 3}m-5 -6l5 6l5 -6",
        class_="arrow",
        fill="none",
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
