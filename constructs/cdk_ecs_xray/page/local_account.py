"""What the page reads of the AWS emulator: a copy of its segments that follows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread
from typing import Any

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.relay import Relay
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.aws_reading import AwsLines, Calls
from cdk_ecs_xray.page.index import TraceIndex
from cdk_ecs_xray.page.log_groups import groups_of_task_definitions
from cdk_ecs_xray.page.model import Arrival, Documents, Found, Graph, Span

# How often it is asked while nobody looks, so that the first view need not read all of it.
_EVERY = 2.0
Feed = Callable[[Mapping[str, object]], Mapping[str, Any] | None]


class FollowedTraces:
    """The traces of the emulator's X-Ray. Each reading takes over only what came in since the last.

    :param feed: asks for what came in, given what is known.
    :raises LocalAwsError: from each reading, when the AWS emulator does not answer.
    """

    def __init__(self, feed: Feed, *, account: str) -> None:
        self._feed = feed
        self._index = TraceIndex(account=account)
        self._known: Mapping[str, object] = {"generation": "", "number": 0}
        self._lock = Lock()
        self._arrival = Arrival()

    def find(self, span: Span, expression: str = "") -> Found:
        """Return the traces of a range that an expression matches, newest first."""
        self.refresh()
        return self._index.find(span, expression)

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        self.refresh()
        return self._index.documents(ids)

    def graph(self, span: Span, expression: str = "") -> Graph:
        """Return the services of the traces of a range that an expression matches."""
        self.refresh()
        return self._index.graph(span, expression)

    def graph_of(self, trace_id: str) -> Graph:
        """Return the services of one trace."""
        self.refresh()
        return self._index.graph_of(trace_id)

    def groups(self) -> Mapping[str, str]:
        """Return the groups' expressions by name."""
        return self._index.groups()

    def arrival(self) -> Arrival:
        """Return how far data came."""
        return self._arrival

    def refresh(self) -> None:
        """Take over what came in."""
        with self._lock:
            is_last = False
            while not is_last:
                answer = self._feed(self._known)
                if answer is None:
                    raise LocalAwsError(
                        Problem(
                            where="AWS emulator",
                            what="it must answer",
                            got="no answer",
                            fix="Is it stopped?",
                        )
                    )
                if answer["generation"] != self._known["generation"]:
                    self._index.clear()
                self._index.told(groups=answer["groups"], cut=answer["cut"])
                self._arrival = Arrival(**answer["arrival"])
                for received_at, raw in answer["segments"]:
                    self._index.add(raw, received_at=received_at)
                self._known = {name: answer[name] for name in ("generation", "number")}
                is_last = answer["is_last"]

    def follow(self) -> None:
        """Keep up with the AWS emulator until it is gone, from a thread of its own."""
        Thread(target=self._follow, name="page-follows", daemon=True).start()

    def _follow(self) -> None:
        while True:
            try:
                self.refresh()
            except LocalAwsError:
                return
            self._index.read()
            time.sleep(_EVERY)


def local_account(
    aws: EmbeddedAws,
    *,
    account: str,
    region: str,
    name: str,
    log_groups: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    collector: Relay | None = None,
) -> Account:
    """Return an account and region of the AWS emulator.

    :param name: what the page calls it.
    :param log_groups: whose lines it shows, with those of the deployed task definitions.
    :param collector: that the app reaches, where it runs on this machine.
    :param variables: that the page shows until a trace has come; an app's own, without keys.
    """
    shown = {
        key: text
        for key, text in (variables or {}).items()
        # Secrets of the task are in its environment, and a page is seen by more than a terminal.
        if key.startswith(("AWS_XRAY_", "OTEL_"))
    }
    traces = FollowedTraces(
        lambda known: aws.feed(known, account=account, region=region), account=account
    )
    traces.follow()
    session = aws.session(account=account, region=region)
    calls = Calls(session=session)
    families = session.client("ecs").list_task_definitions()["taskDefinitionArns"]
    deployed = groups_of_task_definitions(calls, families)
    return Account(
        label=(name, "AWS emulator", region, "no account"),
        is_real=False,
        traces=traces,
        lines=AwsLines(calls=calls),
        log_groups=tuple(dict.fromkeys([*log_groups, *deployed])),
        variables=shown,
        arrival=traces.arrival,
        collector=collector,
    )
