"""A page with traffic, served as users have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cdk_ecs_xray.page.serving import Page
from tests.page.store import account_of, signup, trace_id, traffic

NOW = 1_800_000_000.0
DUPLICATE = trace_id(7777, NOW - 20)
HOSTILE = trace_id(8888, NOW - 30)
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
