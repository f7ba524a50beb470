"""What has changed of a view since it was shown: figures, never the data itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.failures import NO_ANSWER
from cdk_ecs_xray.page.list_view import read_list
from cdk_ecs_xray.page.map_view import read_map
from cdk_ecs_xray.page.query import Query

EVERY, EVERY_OF_AWS = 1.0, 10.0


@dataclass(frozen=True, kw_only=True)
class State:
    """The state of a view.

    :param mark: differs when what is shown would.
    :param new: traces that began after the newest that was shown, and how many are not ok.
    """

    mark: str
    new: int = 0
    trouble: int = 0

    def as_document(self) -> Mapping[str, str | int]:
        """Return the parts as JSON holds them."""
        return {"mark": self.mark, "new": self.new, "trouble": self.trouble}


def state_of(
    account: Account, view: str, query: Query, parameters: Mapping[str, str], now: float
) -> State | None:
    """Return the state of a view; None where nothing can be read.

    :param view: ``traces``, ``map``, or a trace's id.
    """
    try:
        if view == "traces":
            return _of_list(account, query, parameters, now)
        if view == "map":
            found = read_map(account, query, now, parameters.get("trace", "")).map
            return State(mark="-".join(str(node.calls.total) for node in found.nodes))
        documents = account.traces.documents([view]).get(view)
    except NO_ANSWER:
        return None
    texts = [] if documents is None else documents.texts
    return State(mark=f"{len(texts)}-{sum(map(len, texts))}")


def _of_list(
    account: Account, query: Query, parameters: Mapping[str, str], now: float
) -> State | None:
    read = read_list(account, query, now)
    if read.failure is not None:
        return None
    rows = read.found.rows
    after = parameters.get("after", "")
    new = []
    for row in rows:
        if row.id == after:
            break
        new.append(row)
    newest = rows[0].id if rows else ""
    came = account.arrival() if account.arrival is not None and not rows else ""
    # A revision counts what came in of a trace, so that one that goes on changes the sum.
    revisions = sum(row.revision for row in rows[:1000])
    return State(
        # Where no trace is shown, how far data came is.
        mark=f"{newest}-{revisions}{came}",
        new=len(new),
        trouble=sum(row.kind not in ("ok", "pending") for row in new),
    )
