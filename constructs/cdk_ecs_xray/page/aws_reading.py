"""Reads X-Ray and CloudWatch Logs through their APIs. Nothing is written.

Needs ``xray:GetTraceSummaries``, ``xray:BatchGetTraces``, ``xray:GetServiceGraph``,
``xray:GetTraceGraph``, ``xray:GetGroups`` and, for log groups, ``logs:FilterLogEvents``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.page.model import Documents, Found, Graph, LogLine, Span, TraceRow
from cdk_ecs_xray.page.reading import row_of

if TYPE_CHECKING:
    import boto3

# The page's calls, whatever a view asks for.
READS = frozenset(
    {
        ("xray", "get_trace_summaries"),
        ("xray", "batch_get_traces"),
        ("xray", "get_service_graph"),
        ("xray", "get_trace_graph"),
        ("xray", "get_groups"),
        ("logs", "filter_log_events"),
        ("ecs", "describe_task_definition"),
    }
)
MOST_LINES = 500
# A search costs a call for each hundred traces, a map of some traces one for each five.
MOST_TRACES, MOST_DRAWN = 1000, 100
_AT_ONCE = 5  # BatchGetTraces and GetTraceGraph take no more.


class NotAReadError(RuntimeError):
    """A call that the page may not make."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Calls of an account's services, if they are among those that the page may make."""

    session: boto3.Session
    _clients: dict[str, Any] = field(default_factory=dict)
    # Clients may be shared by threads; a session may not.
    _making: Lock = field(default_factory=Lock)

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        """Return the answer to one call.

        :raises NotAReadError: for any other than those above.
        """
        if (service, operation) not in READS:
            raise NotAReadError(f"{service}.{operation}")
        with self._making:
            if service not in self._clients:
                make: Any = self.session.client
                self._clients[service] = make(service)
        return getattr(self._clients[service], operation)(**arguments)

    def pages(self, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the answers of X-Ray's until there is no more."""
        token: str | None = None
        while True:
            more = {} if token is None else {"NextToken": token}
            page = self.call("xray", operation, **arguments, **more)
            yield page
            token = page.get("NextToken")
            if token is None:
                return


@dataclass(frozen=True, kw_only=True)
class AwsTraces:
    """The traces of an account.

    :param most: traces of one search; more are cut, and the page says so.
    """

    calls: Calls
    most: int = MOST_TRACES

    def find(self, span: Span, expression: str = "") -> Found:
        """Return the traces of a range that an expression matches, newest first."""
        rows: list[TraceRow] = []
        is_cut = False
        for page in self.pages(span, expression):
            is_cut = len(rows) >= self.most
            if is_cut:
                break
            rows += page
        rows.sort(key=lambda row: (row.start, row.id), reverse=True)
        return Found(rows=rows[: self.most], is_cut=is_cut or len(rows) > self.most)

    def pages(self, span: Span, expression: str = "") -> Iterator[Sequence[TraceRow]]:
        """Yield the traces of a range as X-Ray answers, in no order."""
        filtered = {"FilterExpression": expression} if expression else {}
        for page in self.calls.pages(
            "get_trace_summaries", StartTime=span.start, EndTime=span.end, **filtered
        ):
            yield [row_of(summary) for summary in page["TraceSummaries"]]

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        texts: dict[str, list[str]] = {}
        cut: set[str] = set()
        for place in range(0, len(ids), _AT_ONCE):
            wanted = list(ids[place : place + _AT_ONCE])
            for page in self.calls.pages("batch_get_traces", TraceIds=wanted):
                for trace in page["Traces"]:
                    segments = [segment["Document"] for segment in trace["Segments"]]
                    texts.setdefault(trace["Id"], []).extend(segments)
                    cut |= {trace["Id"]} if trace.get("LimitExceeded") else set()
        return {
            identifier: Documents(id=identifier, texts=found, is_cut=identifier in cut)
            for identifier, found in texts.items()
        }

    def graph(self, span: Span, expression: str = "") -> Graph:
        """Return the services of a range with their calls; X-Ray takes six hours at most.

        X-Ray's own graph takes no expression: with one, it is that of the newest 100 traces.
        """
        if not expression:
            return self._graph("get_service_graph", StartTime=span.start, EndTime=span.end)
        found = [row.id for row in self.find(span, expression).rows]
        ids = found[:MOST_DRAWN]
        parts = [
            self._graph("get_trace_graph", TraceIds=ids[place : place + _AT_ONCE]).services
            for place in range(0, len(ids), _AT_ONCE)
        ]
        return Graph(services=joined(parts), newest=len(ids) if len(found) > len(ids) else None)

    def graph_of(self, trace_id: str) -> Graph:
        """Return the services of one trace with their calls."""
        return self._graph("get_trace_graph", TraceIds=[trace_id])

    def groups(self) -> Mapping[str, str]:
        """Return the groups' expressions by name."""
        return {
            group["GroupName"]: group.get("FilterExpression") or ""
            for page in self.calls.pages("get_groups")
            for group in page["Groups"]
        }

    def _graph(self, operation: str, **arguments: Any) -> Graph:
        pages = self.calls.pages(operation, **arguments)
        return Graph(services=[service for page in pages for service in page["Services"]])


@dataclass(frozen=True, kw_only=True)
class AwsLines:
    """The log lines of an account."""

    calls: Calls

    def lines(self, span: Span, groups: Sequence[str]) -> Sequence[LogLine]:
        """Return the lines of a range, oldest first, 500 at most of each group."""
        found = [
            LogLine(at=event["timestamp"] / 1000, group=group, text=event["message"])
            for group in groups
            for event in self.calls.call(
                "logs",
                "filter_log_events",
                logGroupName=group,
                startTime=int(span.start * 1000),
                endTime=int(span.end * 1000) + 1,
                limit=MOST_LINES,
            )["events"]
        ]
        return sorted(found, key=lambda line: line.at)


def joined(parts: Sequence[Sequence[Mapping[str, Any]]]) -> Sequence[Mapping[str, Any]]:
    """Return several graphs as one, in which each service has a number of its own.

    A service that several have is in it several times; the map counts them together.
    """
    found: list[Mapping[str, Any]] = []
    for services in parts:
        first = len(found)
        numbers = {service["ReferenceId"]: first + n for n, service in enumerate(services)}
        for service in services:
            edges = [
                {**edge, "ReferenceId": numbers[edge["ReferenceId"]]}
                for edge in service.get("Edges", [])
                if edge["ReferenceId"] in numbers
            ]
            found.append(
                {**service, "ReferenceId": numbers[service["ReferenceId"]], "Edges": edges}
            )
    return found
