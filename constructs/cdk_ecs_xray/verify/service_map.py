"""Who calls whom, from the traces themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.printable import printable

Segment = Mapping[str, Any]

_OUTCOMES = ("fault", "throttle", "error")


@dataclass(frozen=True, kw_only=True, order=True)
class Node:
    """A service, or what a service calls.

    :param kind: as the segment's origin has it; ``remote`` or ``AWS::…`` for what sends no
        segments of its own, ``client`` for whoever sends the first request.
    """

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The calls from one node to another.

    :param counts: how many ended as fault, throttle or error.
    :param seconds: how long all of them took together.
    """

    caller: Node
    called: Node
    calls: int
    counts: Mapping[str, int]
    seconds: float

    @property
    def label(self) -> str:
        """The calls as one phrase."""
        mean = self.seconds / self.calls * 1000
        troubles = "".join(
            f", {count} {name}{'s' if count > 1 else ''}"
            for name, count in self.counts.items()
            if count
        )
        return f"{self.calls} call{'s' if self.calls > 1 else ''}, {mean:.0f} ms{troubles}"

    @property
    def worst(self) -> str:
        """The worst that happened: fault, throttle, error or ok."""
        return next((name for name in _OUTCOMES if self.counts[name]), "ok")


@dataclass(frozen=True, kw_only=True)
class ServiceMap:
    """Nodes, and the calls between them."""

    edges: Sequence[Edge]

    @property
    def nodes(self) -> Sequence[Node]:
        """Every node once, callers first."""
        return list(
            dict.fromkeys(node for edge in self.edges for node in (edge.caller, edge.called))
        )

    def calls_of(self, caller: Node) -> Sequence[Edge]:
        """Return the calls that a node makes."""
        return [edge for edge in self.edges if edge.caller == caller]

    def roots(self) -> Sequence[Node]:
        """Return the nodes that nobody calls, and one of each circle that nobody calls into."""
        called = {edge.called for edge in self.edges if edge.called != edge.caller}
        found = [node for node in self.nodes if node not in called]
        reached = self._reached(found)
        for node in self.nodes:
            if node not in reached:
                found.append(node)
                reached |= self._reached([node])
        return found

    def _reached(self, nodes: Iterable[Node]) -> set[Node]:
        reached: set[Node] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += [edge.called for edge in self.calls_of(node)]
        return reached


def service_map(traces: Iterable[Sequence[Segment]]) -> ServiceMap:
    """Return the map of traces, each given as its segment documents."""
    calls: dict[tuple[Node, Node], list[tuple[str, float]]] = {}
    for segments in traces:
        for caller, called, part in _calls(segments):
            calls.setdefault((caller, called), []).append((_answer(part), _seconds(part)))
    return ServiceMap(
        edges=[
            Edge(
                caller=caller,
                called=called,
                calls=len(parts),
                counts={name: sum(one == name for one, _ in parts) for name in _OUTCOMES},
                seconds=sum(seconds for _, seconds in parts),
            )
            for (caller, called), parts in sorted(calls.items())
        ]
    )


def _calls(segments: Sequence[Segment]) -> Iterator[tuple[Node, Node, Segment]]:
    """Yield caller, called, and the document that shows how the call went."""
    services = {
        segment["id"]: segment for segment in segments if segment.get("type") != "subsegment"
    }
    answered = {service["parent_id"] for service in services.values() if "parent_id" in service}
    owners: dict[str, Node] = {}
    downstream: list[tuple[Node, Node, Segment]] = []
    for segment in segments:
        # A subsegment can arrive as a document of its own, before its segment ends.
        owner = services.get(segment["id"]) or services.get(segment.get("parent_id", ""))
        node = _service(owner if owner is not None else segment)
        parts = [segment] if segment.get("type") == "subsegment" else segment.get("subsegments", [])
        owners[segment["id"]] = node
        for part in _all(parts):
            owners[part["id"]] = node
            if part.get("namespace") in ("aws", "remote") and part["id"] not in answered:
                downstream.append((node, _inferred(part), part))
    for segment in services.values():
        parent = segment.get("parent_id")
        client = Node(name="client", kind="client")
        yield (
            owners.get(parent, client) if parent is not None else client,
            _service(segment),
            segment,
        )
    yield from downstream


def _all(parts: Iterable[Segment]) -> Iterator[Segment]:
    for part in parts:
        yield part
        yield from _all(part.get("subsegments", []))


def _service(segment: Segment) -> Node:
    return Node(
        name=printable(str(segment.get("name", "?"))),
        kind=printable(str(segment.get("origin", "service"))),
    )


def _inferred(part: Segment) -> Node:
    name = printable(str(part.get("name", "?")))
    return Node(name=name, kind=f"AWS::{name}" if part["namespace"] == "aws" else "remote")


def _answer(part: Segment) -> str:
    return next((name for name in _OUTCOMES if part.get(name)), "ok")


def _seconds(part: Segment) -> float:
    start = float(part.get("start_time", 0.0))
    return max(0.0, float(part.get("end_time", start)) - start)
