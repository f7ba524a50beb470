"""Reads X-Ray and CloudWatch Logs, of an account or of the AWS emulator. Nothing is written.

Needs ``xray:GetTraceSummaries``, ``xray:BatchGetTraces``, ``xray:GetServiceGraph``,
``xray:GetTraceGraph`` and, for the log groups it is given,
``logs:FilterLogEvents``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.page.model import Documents, Found, LogLine, TraceRow
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
        ("logs", "filter_log_events"),
    }
)
MOST_LINES = 500
_AT_ONCE = 5  # BatchGetTraces takes no more.


class NotAReadError(RuntimeError):
    """A call that the page may not make."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time range in epoch seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the page reads.

    :param label: what it is, for the frame of every view.
    :param is_real: an account of AWS's, where each call counts.
    :param most: traces of one search; more are cut, and the page says so.
    :param log_groups: whose lines are shown beside traces.
    :param variables: to start an app with that is traced here; empty where nobody knows them.
    """

    session: boto3.Session
    label: Sequence[str]
    is_real: bool
    most: int
    log_groups: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)

    def find(self, span: Span, expression: str = "") -> Found:
        """Return the traces of a range that an expression matches, newest first."""
        rows: list[TraceRow] = []
        filtered = {"FilterExpression": expression} if expression else {}
        pages = self._pages(
            "get_trace_summaries", StartTime=span.start, EndTime=span.end, **filtered
        )
        is_cut = False
        for page in pages:
            is_cut = len(rows) >= self.most
            if is_cut:
                break
            rows += map(row_of, page["TraceSummaries"])
        rows.sort(key=lambda row: (row.start, row.id), reverse=True)
        return Found(rows=rows[: self.most], is_cut=is_cut or len(rows) > self.most)

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        texts: dict[str, list[str]] = {}
        cut: set[str] = set()
        for place in range(0, len(ids), _AT_ONCE):
            wanted = list(ids[place : place + _AT_ONCE])
            for page in self._pages("batch_get_traces", TraceIds=wanted):
                for trace in page["Traces"]:
                    segments = [segment["Document"] for segment in trace["Segments"]]
                    texts.setdefault(trace["Id"], []).extend(segments)
                    cut |= {trace["Id"]} if trace.get("LimitExceeded") else set()
        return {
            identifier: Documents(id=identifier, texts=found, is_cut=identifier in cut)
            for identifier, found in texts.items()
        }

    def graph(self, span: Span) -> Sequence[Mapping[str, Any]]:
        """Return the services of a range with their calls; X-Ray takes six hours at most."""
        pages = self._pages("get_service_graph", StartTime=span.start, EndTime=span.end)
        return [service for page in pages for service in page["Services"]]

    def graph_of(self, trace_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the services of one trace with their calls."""
        pages = self._pages("get_trace_graph", TraceIds=[trace_id])
        return [service for page in pages for service in page["Services"]]

    def lines(self, span: Span) -> Sequence[LogLine]:
        """Return the log lines of a range, oldest first, 500 at most of each group."""
        found = [
            LogLine(at=event["timestamp"] / 1000, group=group, text=event["message"])
            for group in self.log_groups
            for event in self._call(
                "logs",
                "filter_log_events",
                logGroupName=group,
                startTime=int(span.start * 1000),
                endTime=int(span.end * 1000) + 1,
                limit=MOST_LINES,
            )["events"]
        ]
        return sorted(found, key=lambda line: line.at)

    def _pages(self, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        token: str | None = None
        while True:
            more = {} if token is None else {"NextToken": token}
            page = self._call("xray", operation, **arguments, **more)
            yield page
            token = page.get("NextToken")
            if token is None:
                return

    def _call(self, service: str, operation: str, **arguments: Any) -> Any:
        if (service, operation) not in READS:
            raise NotAReadError(f"{service}.{operation}")
        if service not in self._clients:
            make: Any = self.session.client
            self._clients[service] = make(service)
        return getattr(self._clients[service], operation)(**arguments)
