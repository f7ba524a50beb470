"""A large trace map, made small enough to be drawn. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdk_ecs_xray.page.model import OUTCOMES
from cdk_ecs_xray.page.trace_map import Calls, Edge, Node, TraceMap

_FEWEST = 3
_STEPS = 2


def folded(drawn: TraceMap, most: int) -> TraceMap:
    """Return the map; of more than ``most`` nodes, those that are alike are one.

    Alike are nodes of one kind with the same callers that call nothing and have no trouble.
    """
    if len(drawn.nodes) <= most:
        return drawn
    calling = {edge.caller.key for edge in drawn.edges}
    alike: dict[tuple[str, ...], list[Node]] = {}
    for node in drawn.nodes:
        if node.key not in calling and not node.calls.failing:
            callers = sorted(edge.caller.key for edge in drawn.calls_to(node))
            alike.setdefault((node.called, *callers), []).append(node)
    stands_for = {
        node.key: _one_of(nodes)
        for nodes in alike.values()
        if len(nodes) >= _FEWEST
        for node in nodes
    }
    return _with(drawn, stands_for)


def neighborhood(drawn: TraceMap, chosen: Node) -> TraceMap:
    """Return a node with what is up to two calls away from it."""
    kept = {chosen.key}
    for _ in range(_STEPS):
        kept |= {
            key
            for edge in drawn.edges
            for key in (edge.caller.key, edge.called.key)
            if edge.caller.key in kept or edge.called.key in kept
        }
    return TraceMap(
        nodes=[node for node in drawn.nodes if node.key in kept],
        edges=[edge for edge in drawn.edges if edge.caller.key in kept and edge.called.key in kept],
    )


def _one_of(nodes: Sequence[Node]) -> Node:
    first = nodes[0]
    return replace(
        first,
        key=f"fold~{first.key}",
        name=f"{len(nodes)} alike, all ok",
        calls=_together([node.calls for node in nodes]),
    )


def _with(drawn: TraceMap, stands_for: Mapping[str, Node]) -> TraceMap:
    nodes = {node.key: node for node in (stands_for.get(n.key, n) for n in drawn.nodes)}
    calls: dict[tuple[str, str], list[Calls]] = {}
    for edge in drawn.edges:
        pair = tuple(stands_for.get(n.key, n).key for n in (edge.caller, edge.called))
        calls.setdefault((pair[0], pair[1]), []).append(edge.calls)
    edges = [
        Edge(caller=nodes[caller], called=nodes[called], calls=_together(found))
        for (caller, called), found in calls.items()
    ]
    return TraceMap(nodes=list(nodes.values()), edges=edges)


def _together(calls: Sequence[Calls]) -> Calls:
    counts: Counter[str] = Counter()
    for one in calls:
        counts.update(one.counts)
    slowest = [one.p95 for one in calls if one.p95 is not None]
    return Calls(
        counts={kind: counts[kind] for kind in OUTCOMES},
        seconds=sum(one.seconds for one in calls),
        p95=max(slowest, default=None),
    )
