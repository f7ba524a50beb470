"""GetServiceGraph and GetTraceGraph: nodes, edges and their statistics from traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.outcome import ResponseStatus
from cdk_ecs_xray.local.xray.trace import Entity, ServiceNode, Trace, service_of


@dataclass(kw_only=True)
class Tally:
    """What is known of one node or edge: the work seen, in time and outcome."""

    seen: list[Entity] = field(default_factory=list)

    def times(self) -> Document:
        """StartTime and EndTime."""
        ends = [e.end if e.end is not None else e.start for e in self.seen]
        return {"StartTime": min(e.start for e in self.seen), "EndTime": max(ends)}

    def statistics(self) -> Document:
        """SummaryStatistics of the work that has ended."""
        ended = self._ended()
        counts = Counter(e.outcome for e in ended)
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
            "TotalCount": len(ended),
            "TotalResponseTime": round(sum(e.duration or 0 for e in ended), 6),
        }

    def histogram(self) -> Sequence[Document]:
        """How many took how long, to the millisecond."""
        values = Counter(round(e.duration or 0, 3) for e in self._ended())
        return [{"Value": value, "Count": values[value]} for value in sorted(values)]

    def _ended(self) -> Sequence[Entity]:
        return [e for e in self.seen if e.duration is not None]


@dataclass(kw_only=True)
class ServiceGraph:
    """The services of a set of traces and the calls between them."""

    account: str
    nodes: dict[ServiceNode, Tally] = field(default_factory=dict)
    edges: dict[tuple[ServiceNode, ServiceNode], Tally] = field(default_factory=dict)
    roots: set[ServiceNode] = field(default_factory=set)

    def add(self, trace: Trace) -> None:
        """Count one trace in."""
        for segment in trace.segments:
            self._node(service_of(segment)).seen.append(segment)
            if segment.parent_id is None:
                self._add_client_of(segment)
        for call in trace.calls:
            if call.callee.inferred:
                self._node(call.callee).seen.append(call.seen_by)
            self._edge(call.caller, call.callee).seen.append(call.seen_by)

    def _add_client_of(self, segment: Entity) -> None:
        """X-Ray draws whoever called a root service as a client of the same name."""
        service = service_of(segment)
        self.roots.add(service)
        client = ServiceNode(service.name, "client", inferred=True)
        self._node(client).seen.append(segment)
        self._edge(client, service).seen.append(segment)

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
        if service.kind == "client":
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


def draw(traces: Iterable[Trace], *, account: str) -> Sequence[Document]:
    """The service graph of *traces*."""
    graph = ServiceGraph(account=account)
    for trace in traces:
        graph.add(trace)
    return graph.services()
