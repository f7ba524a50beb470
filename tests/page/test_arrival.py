"""How far data came, where no trace has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local.relay import Relay
from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.operations import OPERATIONS
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.live import state_of
from cdk_ecs_xray.page.query import read_query
from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import NOW, SCRIPT
from tests.page.store import Listens, ask, following, put, signup, store_of


class First:
    """A page over a store that nothing has come to."""

    def __init__(self) -> None:
        self.store = store_of([])
        self.collector = Listens()
        traces = following(self.store)
        self.account = Account(
            label=("dev",),
            is_real=False,
            traces=traces,
            arrival=traces.arrival,
            collector=self.collector,
            variables={"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"},
        )

    def mark(self) -> str:
        found = state_of(self.account, "traces", read_query({}), {}, NOW)
        assert found is not None
        return found.mark


@pytest.fixture
def first() -> First:
    return First()


@pytest.fixture
def served(first: First) -> Iterator[Page]:
    with Page(first.account, clock=lambda: NOW) as page:
        yield page


def stages(page: Page) -> list[str]:
    found = re.search(r'<ol class="stages">(.*?)</ol>', ask(page, "/traces")[2], re.DOTALL)
    assert found is not None
    items = re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL)
    return [unescape(re.sub(r"<.*?>", "", item)).strip() for item in items]


def rules(store: XRayStore) -> None:
    OPERATIONS["/GetSamplingRules"](store, {})


def test_each_step_is_said_until_a_trace_is_there(first: First, served: Page) -> None:
    nothing = stages(served)
    assert nothing == [
        "The collector listens on 127.0.0.1:2000.",
        "No SDK has asked for sampling rules: does the app run, and reach the collector?",
        "No segment has come to X-Ray: has the app answered a request since it was started?",
    ]
    marks = [first.mark()]
    rules(first.store)
    marks.append(first.mark())
    assert stages(served)[1] == "Sampling rules were asked for once."

    first.store.segments.put({"TraceSegmentDocuments": ["{", json.dumps({"id": "a"})]})
    marks.append(first.mark())
    refused = stages(served)[2]
    assert refused.startswith("X-Ray refused 2 segments. The last: Invalid segment. ErrorCode: ")

    # An app whose clock is a day behind.
    put(first.store, [signup(1, NOW - 86_400)])
    marks.append(first.mark())
    assert stages(served)[3] == "X-Ray took 1 segment. None of them began in the last 15 minutes."

    put(first.store, [signup(2, NOW - 5)])
    marks.append(first.mark())
    assert "stages" not in ask(served, "/traces")[2]
    # A page that is open hears of each of them.
    assert len(set(marks)) == len(marks)


def test_what_the_collector_lost_is_shown_as_text(first: First, served: Page) -> None:
    first.collector.lost = f"[Warn] Invalid header: {SCRIPT}"
    text = ask(served, "/traces")[2]
    assert SCRIPT not in text
    assert f"It last complained: [Warn] Invalid header: {SCRIPT}" in stages(served)


def test_where_the_way_is_not_seen_nothing_is_said_of_it() -> None:
    account = Account(label=("a file",), is_real=False, traces=following(store_of([])))
    with Page(account, clock=lambda: NOW) as page:
        text = ask(page, "/traces")[2]
    assert "How far data came" not in text
    assert "ecs-xray docs no-traces" in text


def test_a_filter_that_finds_nothing_is_not_said_to_be_a_way_that_ended(
    first: First, served: Page
) -> None:
    put(first.store, [signup(2, NOW - 5)])
    assert "stages" not in ask(served, "/traces?q=fault")[2]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["[Info] Listening on 127.0.0.1:2000"], ""),
        (["[Warn] first", "[Error] second", "[Info] third"], "[Error] second"),
        (["[Warn] lost", *["[Info] sent"] * 2000], ""),
    ],
)
def test_a_complaint_is_the_last_line_about_a_loss(
    lines: list[str], said: str, tmp_path: Path
) -> None:
    log = tmp_path / "relay.log"
    log.write_text("".join(f"2027-01-15T08:00:00Z {line}\n" for line in lines), encoding="utf-8")
    process: Any = type("Process", (), {"pid": 0, "returncode": 0, "stdin": None})()
    assert Relay(process, log).complaint().removeprefix("2027-01-15T08:00:00Z ") == said
