"""GetServiceGraph and GetTraceGraph: nodes, edges and their statistics from traces."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.outcome import ResponseStatus
from cdk_ecs_xray.local.xray.trace import Entity, ServiceNode, Trace, service_of

_CLIENT = "client"


class Work(NamedTuple):
    """One piece of work, as a node or an edge counts it.

    :param callee: of a call; None where the work is a node's own.
    """

    service: ServiceNode
    callee: ServiceNode | None
    start: float
    end: float | None
    outcome: ResponseStatus


@dataclass(kw_only=True)
class Tally:
    """What is known of one node or edge: the work seen, in time and outcome."""

    start: float = math.inf
    end: float = -math.inf
    seconds: float = 0.0
    outcomes: Counter[ResponseStatus] = field(default_factory=Counter)
    rounded: Counter[float] = field(default_factory=Counter)

    def add(self, work: Work) -> None:
        """Count one piece in."""
        end = work.start if work.end is None else work.end
        self.start = min(self.start, work.start)
        self.end = max(self.end, end)
        if work.end is not None:
            duration = round(work.end - work.start, 6)
            self.seconds += duration
            self.outcomes[work.outcome] += 1
            self.rounded[round(duration, 3)] += 1

    def times(self) -> Document:
        """StartTime and EndTime."""
        return {"StartTime": self.start, "EndTime": self.end}

    def statistics(self) -> Document:
        """SummaryStatistics of the work that has ended."""
        counts = self.outcomes
        errors = counts[ResponseStatus.ERROR] + counts[ResponseStatus.THROTTLE]
        return {
            "OkCount": counts[ResponseStatus.OK],
            "ErrorStatistics": {
                "ThrottleCount": counts[ResponseStatus.THROTTLE],
                "OtherCount": counts[ResponseStatus.ERROR],
                "TotalCount": errors,
            },
            "FaultStatistics": {
                "OtherCount": counts[ResponseStatus.FAULT],
                "TotalCount": counts[ResponseStatus.FAULT],
            },
            "TotalCount": counts.total(),
            "TotalResponseTime": round(self.seconds, 6),
        }

    def histogram(self) -> Sequence[Document]:
        """How many took how long, to the millisecond."""
        return [{"Value": value, "Count": self.rounded[value]} for value in sorted(self.rounded)]


@dataclass(kw_only=True)
class ServiceGraph:
    """The services of a set of traces and the calls between them."""

    account: str
    nodes: dict[ServiceNode, Tally] = field(default_factory=dict)
    edges: dict[tuple[ServiceNode, ServiceNode], Tally] = field(default_factory=dict)
    roots: set[ServiceNode] = field(default_factory=set)

    def add(self, work: Iterable[Work]) -> None:
        """Count one trace in."""
        for one in work:
            if one.callee is None:
                self._node(one.service).add(one)
                continue
            self._edge(one.service, one.callee).add(one)
            if one.service.inferred:
                self._node(one.service).add(one)
                self.roots.add(one.callee)
            elif one.callee.inferred:
                self._node(one.callee).add(one)

    def _node(self, service: ServiceNode) -> Tally:
        return self.nodes.setdefault(service, Tally())

    def _edge(self, caller: ServiceNode, callee: ServiceNode) -> Tally:
        return self.edges.setdefault((caller, callee), Tally())

    def services(self) -> Sequence[Document]:
        """The graph as X-Ray answers it."""
        numbers = {service: number for number, service in enumerate(self.nodes)}
        return [self._service(service, numbers) for service in self.nodes]

    def _service(self, service: ServiceNode, numbers: dict[ServiceNode, int]) -> Document:
        tally = self.nodes[service]
        described = {
            "ReferenceId": numbers[service],
            **service.identifier(self.account),
            "State": "unknown" if service.inferred else "active",
            **tally.times(),
            "Edges": [
                _edge_document(numbers[callee], edge)
                for (caller, callee), edge in self.edges.items()
                if caller == service
            ],
        }
        if service in self.roots:
            described["Root"] = True
        if service.kind == _CLIENT:
            return described
        return described | {
            "SummaryStatistics": tally.statistics(),
            "DurationHistogram": tally.histogram(),
            "ResponseTimeHistogram": tally.histogram(),
        }


def _edge_document(callee: int, edge: Tally) -> Document:
    return {
        "ReferenceId": callee,
        **edge.times(),
        "SummaryStatistics": edge.statistics(),
        "ResponseTimeHistogram": edge.histogram(),
        "Aliases": [],
    }


def work_of(trace: Trace) -> Sequence[Work]:
    """What one trace adds to a graph."""
    found = []
    for segment in trace.segments:
        service = service_of(segment)
        found.append(_work(service, None, segment))
        if segment.parent_id is None:
            # X-Ray draws whoever called a root service as a client of the same name.
            client = ServiceNode(service.name, _CLIENT, inferred=True)
            found.append(_work(client, service, segment))
    return [*found, *(_work(call.caller, call.callee, call.seen_by) for call in trace.calls)]


def _work(service: ServiceNode, callee: ServiceNode | None, seen: Entity) -> Work:
    return Work(service, callee, seen.start, seen.end, seen.outcome)


def draw(work: Iterable[Iterable[Work]], *, account: str) -> Sequence[Document]:
    """The service graph of traces, each as the work in it."""
    graph = ServiceGraph(account=account)
    for one in work:
        graph.add(one)
    return graph.services()
