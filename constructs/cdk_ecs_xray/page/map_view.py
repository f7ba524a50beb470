"""What the map's view shows, and the map as text and as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.failures import NO_ANSWER, Failure, failure_of
from cdk_ecs_xray.page.filters import Unread, unread
from cdk_ecs_xray.page.list_view import groups_of
from cdk_ecs_xray.page.map_folding import folded, neighborhood
from cdk_ecs_xray.page.map_layout import MOST_NODES, draw
from cdk_ecs_xray.page.map_panel import (
    Panel,
    exceptions_at,
    panel_of_edge,
    panel_of_node,
    term_of_edge,
)
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.query import RANGES, Query, both
from cdk_ecs_xray.page.trace_map import Calls, Edge, Node, TraceMap, map_of
from cdk_ecs_xray.verify import service_map
from cdk_ecs_xray.verify.map_drawing import mermaid, svg

LONGEST_HOURS = 6  # GetServiceGraph takes no more.
_CIRCLE = 2 * math.pi


def map_page(
    account: Account, query: Query, parameters: Mapping[str, str], now: float
) -> Mapping[str, Any]:
    """Return the values of the map's template."""
    trace_id = parameters.get("trace", "")
    read = read_map(account, query, now, trace_id)
    edge = read.map.edge(parameters.get("edge", ""))
    chosen = None if edge is not None else read.map.node(parameters.get("node", ""))
    small = folded(read.map, MOST_NODES)
    drawing = draw(small)
    middle = edge.caller if edge is not None else chosen
    if drawing is None and middle is not None:
        small = neighborhood(small, small.node(middle.key) or small.nodes[0])
        drawing = draw(small)
    panel = _panel(account, read.map, chosen, edge)
    return {
        "query": query,
        "ranges": RANGES,
        "groups": read.groups,
        "trace_id": trace_id,
        "failure": read.failure,
        "problem": read.problem,
        "newest": read.newest,
        "map": read.map,
        "drawn": len(small.nodes),
        "drawing": drawing,
        "tree": _tree(small if drawing is not None else read.map),
        "panel": panel,
        # A real account would be searched for them.
        "exceptions": []
        if panel is None or account.is_real or trace_id
        else _exceptions(account, _span(query, now), panel, read),
        "span": _span(query, now),
        "shortened": query.span(now).seconds > LONGEST_HOURS * 3600 and not trace_id,
        "ring": _ring,
        "narrowed": query.narrowed,
        "edge_term": lambda edge: term_of_edge(edge, is_real=account.is_real),
    }


@dataclass(frozen=True, kw_only=True)
class ReadMap:
    """What was read for a map.

    :param expression: that its traces match; empty for all of them.
    """

    map: TraceMap
    groups: Mapping[str, str]
    expression: str = ""
    newest: int | None = None
    problem: Unread | None = None
    failure: Failure | None = None


def read_map(account: Account, query: Query, now: float, trace_id: str = "") -> ReadMap:
    """Read the map of a range, or of one trace."""
    groups = {} if trace_id else groups_of(account)
    problem = unread(query.q)
    expression = both(query.of_group(groups), "" if problem is not None else query.q)
    try:
        found = (
            account.traces.graph_of(trace_id)
            if trace_id
            else account.traces.graph(_span(query, now), expression)
        )
    except NO_ANSWER as error:
        action = "xray:GetTraceGraph" if trace_id else "xray:GetServiceGraph"
        failure = failure_of(error, action)
        nothing = TraceMap(nodes=(), edges=())
        return ReadMap(map=nothing, groups=groups, problem=problem, failure=failure)
    return ReadMap(
        map=map_of(found.services),
        groups=groups,
        expression=expression,
        newest=found.newest,
        problem=problem,
    )


def mermaid_of(account: Account, query: Query, now: float) -> str:
    """Return the map as a flowchart."""
    return mermaid(_as_verify_has_it(read_map(account, query, now).map))


def map_as_svg(account: Account, query: Query, now: float) -> str:
    """Return the map as a picture of its own."""
    return svg(_as_verify_has_it(read_map(account, query, now).map))


def map_as_json(account: Account, query: Query, now: float) -> Mapping[str, Any]:
    """Return the map's nodes and calls."""
    read = read_map(account, query, now)
    return {
        "newest_traces_only": read.newest,
        "problem": None if read.failure is None else read.failure.title,
        "nodes": [
            {
                "key": node.key,
                "name": node.name,
                "type": node.kind,
                "sends_segments": not node.is_inferred,
                **_figures(node.calls),
            }
            for node in read.map.nodes
        ],
        "calls": [
            {"from": edge.caller.key, "to": edge.called.key, **_figures(edge.calls)}
            for edge in read.map.edges
        ],
    }


def _figures(calls: Calls) -> Mapping[str, Any]:
    return {"outcomes": dict(calls.counts), "seconds": calls.seconds, "p95": calls.p95}


def _span(query: Query, now: float) -> Span:
    span = query.span(now)
    return Span(start=max(span.start, span.end - LONGEST_HOURS * 3600), end=span.end)


def _panel(account: Account, drawn: TraceMap, node: Node | None, edge: Edge | None) -> Panel | None:
    if edge is not None:
        return panel_of_edge(edge, is_real=account.is_real)
    return None if node is None else panel_of_node(drawn, node)


def _exceptions(
    account: Account, span: Span, panel: Panel, read: ReadMap
) -> Sequence[tuple[str, int]]:
    """Return what failed at the chosen node, or at the end of the chosen calls."""
    edge = read.map.edge(panel.key)
    node = read.map.node(panel.key) if edge is None else edge.called
    if node is None or not panel.calls.failing:
        return []
    try:
        rows = account.traces.find(span, both(read.expression, panel.term)).rows
    except NO_ANSWER:
        return []
    return exceptions_at(rows, node)


def _ring(node: Node, radius: float) -> Sequence[tuple[str, str, str]]:
    """Return kind, dashes and offset of each part of a ring."""
    around = _CIRCLE * radius
    return [
        (kind, f"{length * around:.1f} {around:.1f}", f"{-begin * around:.1f}")
        for kind, begin, length in node.calls.arcs
    ]


def _tree(drawn: TraceMap) -> Sequence[Mapping[str, Any]]:
    """Return every node once under its first caller, for narrow screens and screen readers."""
    seen: set[str] = set()
    called = {edge.called.key for edge in drawn.edges if edge.called is not edge.caller}
    roots = [node for node in drawn.nodes if node.key not in called]
    found: list[Mapping[str, Any]] = []
    for root in [*roots, *drawn.nodes]:
        waiting: list[tuple[Node, Edge | None, int]] = [(root, None, 0)]
        while waiting:
            node, edge, depth = waiting.pop()
            if node.key in seen:
                continue
            seen.add(node.key)
            others = [one.caller.name for one in drawn.calls_to(node) if one is not edge]
            found.append({"node": node, "edge": edge, "depth": min(depth, 8), "others": others})
            waiting += [(one.called, one, depth + 1) for one in reversed(drawn.calls_of(node))]
    return found


def _as_verify_has_it(drawn: TraceMap) -> service_map.ServiceMap:
    nodes = {
        node.key: service_map.Node(name=node.name, kind=node.kind or "service")
        for node in drawn.nodes
    }
    return service_map.ServiceMap(
        edges=[
            service_map.Edge(
                caller=nodes[edge.caller.key],
                called=nodes[edge.called.key],
                calls=edge.calls.total,
                counts={kind: edge.calls.counts[kind] for kind in ("fault", "throttle", "error")},
                seconds=edge.calls.seconds,
            )
            for edge in drawn.edges
            if edge.calls.total
        ]
    )
