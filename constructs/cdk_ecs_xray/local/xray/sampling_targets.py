"""What running services report about sampling, and the quotas they get for it.

How X-Ray shares a rule's reservoir between services is not published. Here every client that
reported on the rule within the last 30 seconds gets an equal share, the rest of the division going
to the first clients by id, so that the quotas always add up to the reservoir.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.local.xray.boosts import SamplingBoosts
from cdk_ecs_xray.local.xray.documents import Document, page, whole
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.sampling_rules import SamplingRules

REPORT_INTERVAL = 10
CLIENT_FORGOTTEN_AFTER = 3 * REPORT_INTERVAL
# GetSamplingTargets in the AWS CLI's reference answers with a quota valid for five minutes.
QUOTA_LIFETIME = 300
STATISTICS_KEPT = 3600
MOST_DOCUMENTS = 25
SUMMARIES_PER_PAGE = 100
_CLIENT_ID = re.compile(r"[0-9A-Fa-f]{24}")


@dataclass(kw_only=True)
class _Window:
    """One rule's counts in one ten-second window, over all clients."""

    RequestCount: int = 0
    SampledCount: int = 0
    BorrowCount: int = 0


@dataclass(kw_only=True)
class SamplingTargets:
    """Targets and statistics of one account and region."""

    rules: SamplingRules
    boosts: SamplingBoosts
    clock: Callable[[], float]
    _seen: dict[str, dict[str, float]] = field(default_factory=dict)
    _windows: dict[tuple[int, str], _Window] = field(default_factory=dict)

    def report(self, request: Mapping[str, Any]) -> Document:
        """GetSamplingTargets: take the reports, answer with a target per known rule."""
        documents = _listed(request, "SamplingStatisticsDocuments")
        boosts = _listed(request, "SamplingBoostStatisticsDocuments", required=False)
        unknown = [
            _unprocessed(document)
            for document in documents
            if self.rules.get(_rule_of(document)) is None
        ]
        known = [
            document for document in documents if self.rules.get(_rule_of(document)) is not None
        ]
        for document in known:
            self._record(document)
        self.boosts.report([one for one in boosts if self.rules.get(_rule_of(one)) is not None])
        self._forget()
        return {
            "SamplingTargetDocuments": [self._target(document) for document in known],
            "LastRuleModification": self.rules.last_modified,
            "UnprocessedStatistics": unknown,
            "UnprocessedBoostStatistics": [
                _unprocessed(boost) for boost in boosts if self.rules.get(_rule_of(boost)) is None
            ],
        }

    def summaries(self, next_token: object = None) -> Document:
        """GetSamplingStatisticSummaries: counts per rule and ten-second window."""
        listed = [
            {"RuleName": rule, "Timestamp": start, **vars(counts)}
            for (start, rule), counts in sorted(self._windows.items())
        ]
        items, more = page(
            listed,
            key=lambda one: (one["Timestamp"], one["RuleName"]),
            next_token=next_token,
            size=SUMMARIES_PER_PAGE,
        )
        return {"SamplingStatisticSummaries": items, **more}

    def _record(self, document: Document) -> None:
        rule = _rule_of(document)
        self._seen.setdefault(rule, {})[_client_of(document)] = self.clock()
        reported = document.get("Timestamp")
        if isinstance(reported, bool) or not isinstance(reported, int | float):
            raise InvalidRequestError(f"Timestamp must be epoch seconds, got {reported!r}")
        start = int(reported) - int(reported) % REPORT_INTERVAL
        window = self._windows.setdefault((start, rule), _Window())
        window.RequestCount += whole(document, "RequestCount", lowest=0)
        window.SampledCount += whole(document, "SampledCount", lowest=0)
        if document.get("BorrowCount") is not None:
            window.BorrowCount += whole(document, "BorrowCount", lowest=0)

    def _forget(self) -> None:
        now = self.clock()
        for clients in self._seen.values():
            for client in [c for c, at in clients.items() if now - at > CLIENT_FORGOTTEN_AFTER]:
                del clients[client]
        for key in [key for key in self._windows if now - key[0] > STATISTICS_KEPT]:
            del self._windows[key]

    def _target(self, document: Document) -> Document:
        name = _rule_of(document)
        rule = self.rules.existing(name)
        clients = sorted(self._seen[name])
        share, rest = divmod(rule["ReservoirSize"], len(clients))
        boost = self.boosts.of(name)
        target = {
            "RuleName": name,
            "FixedRate": rule["FixedRate"],
            "ReservoirQuota": share + (clients.index(_client_of(document)) < rest),
            "ReservoirQuotaTTL": int(self.clock()) + QUOTA_LIFETIME,
            "Interval": REPORT_INTERVAL,
        }
        return target if boost is None else {**target, "SamplingBoost": boost}


def _listed(request: Mapping[str, Any], name: str, *, required: bool = True) -> Sequence[Document]:
    documents = request.get(name)
    if documents is None and not required:
        return []
    if not isinstance(documents, list) or not all(
        isinstance(document, dict) for document in documents
    ):
        raise InvalidRequestError(f"{name} must be a list of documents, got {documents!r}")
    if len(documents) > MOST_DOCUMENTS:
        raise InvalidRequestError(
            f"{name} must have at most {MOST_DOCUMENTS} documents, got {len(documents)}"
        )
    return documents


def _rule_of(document: Document) -> str:
    name = document.get("RuleName")
    if not isinstance(name, str):
        raise InvalidRequestError(f"RuleName must be a string, got {name!r}")
    return name


def _client_of(document: Document) -> str:
    client = document.get("ClientID")
    if not isinstance(client, str) or not _CLIENT_ID.fullmatch(client):
        raise InvalidRequestError(f"ClientID must be 24 hexadecimal digits, got {client!r}")
    return client


def _unprocessed(document: Document) -> Document:
    name = _rule_of(document)
    return {
        "RuleName": name,
        "ErrorCode": "400",
        "Message": f"Sampling rule {name} does not exist",
    }
