"""The trace map: services and the calls between them, from X-Ray's graph. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.page.model import OUTCOMES, TROUBLE

_SEEN = 0.01
_LEAST_ARC = 0.05
_SIGNS = {
    "client": "client",
    "remote": "remote",
    "AWS::DynamoDB::Table": "table",
    "Database::SQL": "table",
}
_CALLED = {
    "client": "callers",
    "remote": "remote service",
    "AWS::ECS::Container": "ECS container",
    "AWS::DynamoDB::Table": "DynamoDB table",
    "AWS::SQS::Queue": "SQS queue",
    "AWS::sns": "SNS",
    "Database::SQL": "SQL database",
}


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How calls went: their number by outcome, and how long they took."""

    counts: Mapping[str, int]
    seconds: float
    p95: float | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """Seconds of one; None without any."""
        return self.seconds / self.total if self.total else None

    @property
    def shown(self) -> Sequence[tuple[str, float]]:
        """The outcomes that are not ok in one call of a hundred, the worst first; two at most."""
        found = [(kind, self.counts[kind] / self.total) for kind in TROUBLE if self.counts[kind]]
        return [one for one in found if one[1] >= _SEEN][:2]

    @property
    def worst(self) -> str:
        """The outcome that gives a line its color."""
        return next((kind for kind, _ in self.shown), "ok")

    @property
    def failing(self) -> int:
        """Those that are not ok."""
        return self.total - self.counts["ok"]

    @property
    def arcs(self) -> Sequence[tuple[str, float, float]]:
        """Kind, begin and length of each part of a ring; what happened at all is seen."""
        found, at = [], 0.0
        for kind in OUTCOMES:
            count = self.counts[kind]
            if count:
                share = count / self.total
                length = min(share if kind == "ok" else max(_LEAST_ARC, share), 1 - at)
                found.append((kind, at, length))
                at += length
        return found


@dataclass(frozen=True, kw_only=True)
class Node:
    """A service, or what a service calls.

    :param key: its name in an address.
    :param is_inferred: sends no segments; shown as its callers saw it.
    """

    key: str
    name: str
    kind: str
    calls: Calls
    is_inferred: bool

    @property
    def called(self) -> str:
        """Its kind in words."""
        return _CALLED.get(self.kind, self.kind.removeprefix("AWS::").replace("::", " ")) or (
            "service"
        )

    @property
    def sign(self) -> str:
        """The drawing of its kind."""
        if self.kind in _SIGNS:
            return _SIGNS[self.kind]
        return "topic" if self.kind.lower() in ("aws::sns", "aws::sqs::queue") else "service"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The calls from one node to another."""

    caller: Node
    called: Node
    calls: Calls

    @property
    def key(self) -> str:
        """Its name in an address."""
        return f"{self.caller.key}>{self.called.key}"


@dataclass(frozen=True, kw_only=True)
class TraceMap:
    """Nodes, and the calls between them."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]

    def node(self, key: str) -> Node | None:
        """Return a node by its key."""
        return next((node for node in self.nodes if node.key == key), None)

    def edge(self, key: str) -> Edge | None:
        """Return the calls of a key."""
        return next((edge for edge in self.edges if edge.key == key), None)

    def calls_of(self, node: Node) -> Sequence[Edge]:
        """Return the calls that a node makes."""
        return [edge for edge in self.edges if edge.caller is node]

    def calls_to(self, node: Node) -> Sequence[Edge]:
        """Return the calls that a node gets."""
        return [edge for edge in self.edges if edge.called is node]


def map_of(services: Sequence[Mapping[str, Any]]) -> TraceMap:
    """Return the map of a GetServiceGraph's or GetTraceGraph's services.

    A service that is in it several times, as in several graphs put together, is one node.
    """
    keys = {service["ReferenceId"]: _key(service) for service in services}
    parts: dict[str, list[Mapping[str, Any]]] = {}
    calls: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for service in sorted(services, key=_order):
        parts.setdefault(_key(service), []).append(service)
        for edge in service.get("Edges", []):
            if edge["ReferenceId"] in keys:
                pair = _key(service), keys[edge["ReferenceId"]]
                calls.setdefault(pair, []).append(edge)
    nodes = {key: _node(key, found, calls) for key, found in parts.items()}
    edges = [
        Edge(caller=nodes[caller], called=nodes[called], calls=_calls(found))
        for (caller, called), found in sorted(calls.items())
    ]
    return TraceMap(nodes=list(nodes.values()), edges=edges)


def _order(service: Mapping[str, Any]) -> tuple[str, str]:
    return str(service.get("Name") or ""), str(service.get("Type") or "")


def _key(service: Mapping[str, Any]) -> str:
    return "~".join(_order(service))


def _node(
    key: str,
    parts: Sequence[Mapping[str, Any]],
    calls: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
) -> Node:
    name, kind = _order(parts[0])
    counted = [part for part in parts if "SummaryStatistics" in part]
    if not counted:
        # X-Ray counts nothing for a client; what it sent is on its edges.
        side = 0 if kind == "client" else 1
        counted = [edge for pair, found in calls.items() if pair[side] == key for edge in found]
    return Node(
        key=key,
        # X-Ray draws whoever called a service under the service's own name.
        name="client" if kind == "client" else name,
        kind=kind,
        calls=_calls(counted),
        is_inferred=kind != "client" and all(part.get("State") == "unknown" for part in parts),
    )


def _calls(parts: Sequence[Mapping[str, Any]]) -> Calls:
    counts: Counter[str] = Counter()
    seconds = 0.0
    for part in parts:
        statistics = part.get("SummaryStatistics") or {}
        errors = statistics.get("ErrorStatistics") or {}
        counts["ok"] += int(statistics.get("OkCount") or 0)
        counts["error"] += int(errors.get("OtherCount") or 0)
        counts["throttle"] += int(errors.get("ThrottleCount") or 0)
        counts["fault"] += int((statistics.get("FaultStatistics") or {}).get("TotalCount") or 0)
        seconds += float(statistics.get("TotalResponseTime") or 0)
    return Calls(
        counts={kind: counts[kind] for kind in OUTCOMES},
        seconds=seconds,
        p95=_p95([one for part in parts for one in part.get("ResponseTimeHistogram") or []]),
    )


def _p95(histogram: Sequence[Mapping[str, Any]]) -> float | None:
    values = sorted((float(one["Value"]), int(one["Count"])) for one in histogram)
    reached, total = 0, sum(count for _, count in values)
    for value, count in values:
        reached += count
        if reached >= total * 0.95:
            return value
    return None
