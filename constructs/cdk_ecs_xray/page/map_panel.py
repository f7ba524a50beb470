"""What is shown of one node of the map, or of the calls from one to another. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.page.model import TraceRow
from cdk_ecs_xray.page.query import quoted
from cdk_ecs_xray.page.trace_map import Calls, Edge, Node, TraceMap

_MOST_EXCEPTIONS = 5


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One node, or the calls from one to another.

    :param key: of the node or edge, as the address has it.
    :param remark: what has to be known to read the figures; empty without any.
    :param around: what calls it, and what it calls, under their headings; empty for an edge.
    :param term: the filter that finds its traces.
    :param caller: what calls ``title``; empty for a node.
    """

    key: str
    title: str
    note: str
    remark: str
    calls: Calls
    around: Sequence[tuple[str, Sequence[tuple[Node, Edge]]]]
    term: str
    caller: str = ""


def panel_of_node(drawn: TraceMap, node: Node) -> Panel:
    """Return what is shown of a node."""
    callers = [(edge.caller, edge) for edge in drawn.calls_to(node)]
    called = [(edge.called, edge) for edge in drawn.calls_of(node)]
    return Panel(
        key=node.key,
        title=node.name,
        note=node.called,
        remark="Sends no segments: as seen by its callers." if node.is_inferred else "",
        calls=node.calls,
        around=[
            (heading, found)
            for heading, found in (("Called by", callers), ("Calls", called))
            if found
        ],
        term=term_of_node(node),
    )


def panel_of_edge(edge: Edge, *, is_real: bool) -> Panel:
    """Return what is shown of the calls from one node to another.

    :param is_real: whether X-Ray itself is asked, which alone knows edges.
    """
    is_sure = is_real or edge.caller.kind == "client"
    return Panel(
        key=edge.key,
        title=edge.called.name,
        caller=edge.caller.name,
        note="",
        remark=""
        if is_sure
        else "The AWS emulator knows no edge(): the links lead to traces that have both.",
        calls=edge.calls,
        around=[],
        term=term_of_edge(edge, is_real=is_real),
    )


def term_of_node(node: Node) -> str:
    """Return the filter that finds the traces of a node; of a client, of what it calls."""
    name = node.key.rpartition("~")[0] if node.kind == "client" else node.name
    return f"service({quoted(name)})"


def term_of_edge(edge: Edge, *, is_real: bool) -> str:
    """Return the filter that finds the traces with a call; only X-Ray itself knows edges."""
    if edge.caller.kind == "client":
        return term_of_node(edge.called)
    if is_real:
        return f"edge({quoted(edge.caller.name)}, {quoted(edge.called.name)})"
    return f"{term_of_node(edge.caller)} AND {term_of_node(edge.called)}"


def exceptions_at(rows: Sequence[TraceRow], node: Node) -> Sequence[tuple[str, int]]:
    """Return the exceptions at a node, and how many traces have each, most first."""
    found = Counter(
        row.cause.exception
        for row in rows
        if row.cause is not None and row.cause.exception and row.cause.target == node.name
    )
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:_MOST_EXCEPTIONS]
