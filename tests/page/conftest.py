"""A page with traffic, served as users have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.serving import Page
from tests.page.store import account_of, following, signup, store_of, trace_id, traffic

NOW = 1_800_000_000.0
DUPLICATE = trace_id(7777, NOW - 20)
HOSTILE = trace_id(8888, NOW - 30)
MANY = 10_000
LARGE = trace_id(MANY + 1, NOW - 3)
SCRIPT = "<script>alert(1)</script>"
LINES: list[Mapping[str, Any]] = [
    {"timestamp": int((NOW - 19.99) * 1000), "message": f"WARN \x1b[31mtwice\x1b[0m {DUPLICATE}"},
    {"timestamp": int((NOW - 19.98) * 1000), "message": '{"level":"info","message":"unnamed"}'},
]


def hostile() -> dict[str, Any]:
    """Return a segment whose every text is an attack."""
    attack = f"'\"><img src=x onerror=alert(1)>{SCRIPT}\u202egnp.exe"
    return signup(
        8888,
        NOW - 30,
        status=500,
        user=attack,
        origin=attack,
        annotations={"plan": attack, attack: "x"},
        metadata={attack: {"x": [attack]}},
        aws={"xray": {"sdk": attack}, "ecs": {"container": attack}},
        cause={"exceptions": [{"type": attack, "message": attack, "stack": [{"path": attack}]}]},
        http={
            "request": {"method": attack, "url": f"javascript:{attack}"},
            "response": {"status": 500},
        },
        subsegments=[
            {
                "id": "f" * 16,
                "name": attack,
                "namespace": "remote",
                "start_time": NOW - 30,
                "end_time": "never",
                "sql": {"url": f"postgres://u:{'secret'}@db/x", "sanitized_query": attack},
            }
        ],
    )


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    documents = [
        *traffic(240, NOW),
        signup(7777, NOW - 20, status=409),
        hostile(),
        {
            "id": "a" * 16,
            "trace_id": trace_id(9999, NOW - 2),
            "name": "signup",
            "origin": "AWS::ECS::Container",
            "start_time": NOW - 2,
            "in_progress": True,
        },
    ]
    with Page(account_of(documents, lines=LINES), clock=lambda: NOW) as served:
        yield served


@dataclass(frozen=True, kw_only=True)
class Large:
    """A page with 10,000 traces, one of them with 1,002 parts, and the store behind it."""

    page: Page
    store: XRayStore


@pytest.fixture(scope="session")
def large() -> Iterator[Large]:
    documents = [
        signup(n, NOW - 5 - 0.085 * n, status=409 if n % 10 == 0 else 500 if n % 97 == 1 else 201)
        for n in range(MANY - 1)
    ]
    parts = [
        {
            "id": f"{n:015x}a",
            "type": "subsegment",
            "trace_id": LARGE,
            "parent_id": f"{(MANY + 1) * 10 + 1:016x}",
            "name": f"step {n % 7}",
            "start_time": NOW - 3 + n / 1000,
            "end_time": NOW - 3 + (n + 1) / 1000,
            "fault": n == 900,
            "subsegments": [
                {
                    "id": f"{n * 10 + m:015x}b",
                    "name": "cache.get",
                    "start_time": NOW - 3 + n / 1000,
                    "end_time": NOW - 3 + (n + 1) / 1000,
                }
                for m in range(9)
            ],
        }
        for n in range(0, 1000, 10)
    ]
    many = {**signup(MANY + 1, NOW - 3), "end_time": NOW - 2, "subsegments": []}
    store = store_of([*documents, many, *parts])
    traces = following(store)
    # Read here, as the thread that follows the AWS emulator does before anybody looks.
    traces.find(Span(start=0, end=NOW))
    account = Account(label=("dev",), is_real=False, traces=traces)
    with Page(account, clock=lambda: NOW) as served:
        yield Large(page=served, store=store)
