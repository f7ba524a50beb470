"""Transaction Search: where traces go, and which share of them X-Ray indexes.

The update of a destination answers PENDING, and the next question finds it ACTIVE; X-Ray takes
minutes in between. Which traces X-Ray picks for its index is not published: here it is a share of
all trace ids, always the same ones. Spans are lost while the resource policy is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from cdk_ecs_xray.local.xray.documents import Document, number
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, ResourceNotFoundError

DESTINATIONS = ("XRay", "CloudWatchLogs")
INDEXING_RULE = "Default"
# "1 % of spans are indexed at no additional cost", and that is how it starts.
INDEXED_AT_FIRST = 1.0


class SpanLog(Protocol):
    """The log group that spans go to, in CloudWatch Logs of the same account and region."""

    def may_write(self) -> bool:
        """Whether a resource policy lets X-Ray put log events there."""

    def create(self) -> None:
        """Create the log group where there is none."""

    def write(self, spans: Sequence[Mapping[str, Any]]) -> None:
        """Put spans there, an event each."""


class NoSpanLog:
    """For an X-Ray on its own: everything is permitted and nothing is written."""

    def may_write(self) -> bool:
        """Return True."""
        return True

    def create(self) -> None:
        """Do nothing."""

    def write(self, spans: Sequence[Mapping[str, Any]]) -> None:
        """Do nothing."""


class TransactionSearch:
    """Destination and indexing of one account and region."""

    def __init__(self, *, clock: Callable[[], float], span_log: SpanLog) -> None:
        self._clock = clock
        self._span_log = span_log
        self._destination = DESTINATIONS[0]
        self._status = "ACTIVE"
        self._percentage = INDEXED_AT_FIRST
        self._modified: float = 0

    @property
    def is_on(self) -> bool:
        """Whether spans go to CloudWatch Logs."""
        return self._destination != DESTINATIONS[0]

    def destination(self) -> Document:
        """GetTraceSegmentDestination."""
        status, self._status = self._status, "ACTIVE"
        return {"Destination": self._destination, "Status": status}

    def send_to(self, request: Mapping[str, Any]) -> Document:
        """UpdateTraceSegmentDestination."""
        wanted = request.get("Destination")
        if wanted not in DESTINATIONS:
            raise InvalidRequestError(
                f"Destination must be one of {', '.join(DESTINATIONS)}, got {wanted!r}"
            )
        if wanted != DESTINATIONS[0] and not self._span_log.may_write():
            raise InvalidRequestError(
                "XRay does not have permission to call PutLogEvents on the aws/spans Log Group"
            )
        if wanted != self._destination:
            self._destination, self._status = wanted, "PENDING"
        if self.is_on:
            self._span_log.create()
        return {"Destination": wanted, "Status": self._status}

    def rules(self) -> Document:
        """GetIndexingRules: there is one."""
        return {"IndexingRules": [self._rule()]}

    def update_rule(self, request: Mapping[str, Any]) -> Document:
        """UpdateIndexingRule."""
        name = request.get("Name")
        if name != INDEXING_RULE:
            raise ResourceNotFoundError(
                f"Indexing rule {name} does not exist", resource_name=str(name)
            )
        rule = request.get("Rule")
        probabilistic = rule.get("Probabilistic") if isinstance(rule, dict) else None
        if not isinstance(probabilistic, dict):
            raise InvalidRequestError(f"Rule must have Probabilistic, got {rule!r}")
        self._percentage = number(probabilistic, "DesiredSamplingPercentage", lowest=0, highest=100)
        self._modified = self._clock()
        return {"IndexingRule": self._rule()}

    def indexes(self, trace_id: str) -> bool:
        """Whether X-Ray finds this trace by itself."""
        return not self.is_on or share_of(trace_id) * 100 < self._percentage

    def kept(self, spans: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The spans that the log group takes: none where X-Ray may not write there."""
        if not self._span_log.may_write():
            return ()
        self._span_log.write(spans)
        return spans

    def _rule(self) -> Document:
        return {
            "Name": INDEXING_RULE,
            "ModifiedAt": self._modified,
            "Rule": {
                "Probabilistic": {
                    "DesiredSamplingPercentage": self._percentage,
                    "ActualSamplingPercentage": self._percentage,
                }
            },
        }


def share_of(trace_id: str) -> float:
    """A number from 0 to below 1 that is always the same for a trace."""
    digest = hashlib.sha256(trace_id.encode()).digest()
    return int.from_bytes(digest[:6]) / (1 << 48)
