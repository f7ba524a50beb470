"""What the map's view shows, and the map as text and as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cdk_ecs_xray.page.account import Account, Span
from cdk_ecs_xray.page.failures import failure_of
from cdk_ecs_xray.page.map_layout import draw
from cdk_ecs_xray.page.query import RANGES, Query, quoted
from cdk_ecs_xray.page.trace_map import Edge, Node, TraceMap, map_of
from cdk_ecs_xray.verify import service_map
from cdk_ecs_xray.verify.map_drawing import mermaid, svg

LONGEST_HOURS = 6  # GetServiceGraph takes no more.
_CIRCLE = 2 * math.pi


def map_page(
    account: Account, query: Query, parameters: Mapping[str, str], now: float
) -> Mapping[str, Any]:
    """Return the values of the map's template."""
    span = _span(query, now)
    trace_id = parameters.get("trace", "")
    failure, drawn = None, TraceMap(nodes=(), edges=())
    try:
        services = account.graph_of(trace_id) if trace_id else account.graph(span)
        drawn = map_of(services)
    except (BotoCoreError, ClientError) as error:
        action = "xray:GetTraceGraph" if trace_id else "xray:GetServiceGraph"
        failure = failure_of(error, action)
    chosen = drawn.node(parameters.get("node", ""))
    return {
        "query": replace(query, q=""),
        "ranges": RANGES,
        "trace_id": trace_id,
        "failure": failure,
        "map": drawn,
        "drawing": draw(drawn),
        "tree": _tree(drawn),
        "chosen": chosen,
        "span": span,
        "ring": _ring,
        "term": _term,
        "edge_term": lambda edge: _edge_term(edge, is_real=account.is_real),
    }


def mermaid_of(account: Account, query: Query, now: float) -> str:
    """Return the map as a flowchart."""
    return mermaid(_as_verify_has_it(map_of(account.graph(_span(query, now)))))


def map_as_svg(account: Account, query: Query, now: float) -> str:
    """Return the map as a picture of its own."""
    return svg(_as_verify_has_it(map_of(account.graph(_span(query, now)))))


def _span(query: Query, now: float) -> Span:
    span = query.span(now)
    return Span(start=max(span.start, span.end - LONGEST_HOURS * 3600), end=span.end)


def _term(node: Node) -> str:
    """Return the filter that finds the traces of a node; of a client, of what it calls."""
    name = node.key.rpartition("~")[0] if node.kind == "client" else node.name
    return f"service({quoted(name)})"


def _edge_term(edge: Edge, *, is_real: bool) -> str:
    """Return the filter that finds the traces with a call; only X-Ray itself knows edges."""
    if is_real and edge.caller.kind != "client":
        return f"edge({quoted(edge.caller.name)}, {quoted(edge.called.name)})"
    if edge.caller.kind == "client":
        return _term(edge.called)
    return f"{_term(edge.caller)} AND {_term(edge.called)}"


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
