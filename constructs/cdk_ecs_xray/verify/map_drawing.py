"""Draws a trace map as Mermaid and as SVG. Pure text, from values that anyone may have sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdk_ecs_xray.printable import markup
from cdk_ecs_xray.verify.service_map import Edge, Node, ServiceMap

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 180, 52, 200, 36, 20
_LONGEST = 24
_STYLE = """
svg{background:#fff;font:13px system-ui,sans-serif}
rect{fill:#f4f6f8;stroke:#57606a}text{fill:#1f2328}.kind,.label{font-size:11px;fill:#57606a}
.label{paint-order:stroke;stroke:#fff;stroke-width:4}
path{fill:none;stroke:#57606a;stroke-width:1.5}.fault{stroke:#b42318}.error,.throttle{stroke:#9a6700}
marker path{fill:#57606a;stroke:none}
@media (prefers-color-scheme:dark){svg{background:#0d1117}rect{fill:#161b22;stroke:#8b949e}
text{fill:#e6edf3}.kind,.label{fill:#9ea7b3}
.label{stroke:#0d1117}path{stroke:#8b949e}.fault{stroke:#ff7b72}
.error,.throttle{stroke:#d29922}marker path{fill:#8b949e}}
"""


def mermaid(drawn: ServiceMap) -> str:
    """Return a flowchart for Markdown."""
    ids = {node: f"n{number}" for number, node in enumerate(drawn.nodes)}
    lines = ["flowchart LR"]
    lines += [f'  {name}["{_quoted(_title(node))}"]' for node, name in ids.items()]
    lines += [
        f'  {ids[edge.caller]} -->|"{_quoted(edge.label)}"| {ids[edge.called]}'
        for edge in drawn.edges
    ]
    return "\n".join(lines) + "\n"


def svg(drawn: ServiceMap) -> str:
    """Return a picture of its own, readable on light and dark."""
    places = _places(drawn)
    width = max((x for x, _ in places.values()), default=0) + _WIDTH + _MARGIN
    height = max((y for _, y in places.values()), default=0) + _HEIGHT + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        "<title>Trace map</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
        *(_line(edge, places) for edge in drawn.edges),
        *(_label(edge, places) for edge in drawn.edges),
        *(_box(node, *place) for node, place in places.items()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _places(drawn: ServiceMap) -> Mapping[Node, tuple[int, int]]:
    """Place each node in the column of its distance from the roots."""
    columns: list[list[Node]] = []
    waiting, placed = list(drawn.roots()), set(drawn.roots())
    while waiting:
        columns.append(waiting)
        following: list[Node] = []
        for node in waiting:
            for edge in drawn.calls_of(node):
                if edge.called not in placed:
                    placed.add(edge.called)
                    following.append(edge.called)
        waiting = following
    return {
        node: (_MARGIN + column * (_WIDTH + _GAP_X), _MARGIN + row * (_HEIGHT + _GAP_Y))
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }


def _ends(
    edge: Edge, places: Mapping[Node, tuple[int, int]]
) -> tuple[tuple[int, int], tuple[int, int]]:
    (left, top), (right, bottom) = places[edge.caller], places[edge.called]
    return (left + _WIDTH, top + _HEIGHT // 2), (right, bottom + _HEIGHT // 2)


def _line(edge: Edge, places: Mapping[Node, tuple[int, int]]) -> str:
    (left, top), (right, bottom) = _ends(edge, places)
    middle = (left + right) // 2
    return (
        f'<path class="{edge.worst}" marker-end="url(#tip)" '
        f'd="M{left} {top}C{middle} {top} {middle} {bottom} {right} {bottom}">'
        f"<title>{markup(edge.label)}</title></path>"
    )


def _label(edge: Edge, places: Mapping[Node, tuple[int, int]]) -> str:
    (left, top), (right, bottom) = _ends(edge, places)
    # Near its end, where the lines of one caller have parted and those of others not met yet.
    return (
        f'<text class="label" text-anchor="middle" x="{(left + right) // 2}" '
        f'y="{top + (bottom - top) * 4 // 5 - 6}">{markup(edge.label)}</text>'
    )


def _box(node: Node, x: int, y: int) -> str:
    return (
        f"<g><title>{markup(_title(node))}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        f'<text x="{x + 10}" y="{y + 22}">{markup(_short(node.name))}</text>'
        f'<text class="kind" x="{x + 10}" y="{y + 40}">{markup(_short(node.kind))}</text></g>'
    )


def _title(node: Node) -> str:
    return node.name if node.kind in ("client", "service") else f"{node.name} ({node.kind})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _quoted(text: str) -> str:
    """Return a label as Mermaid's entities, so that no name can end it or start markup."""
    return re.sub(r"[^\w .,:/()-]", lambda match: f"#{ord(match[0])};", text)
