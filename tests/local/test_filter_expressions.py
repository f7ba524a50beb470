"""The part of the filter grammar that is understood, and that the rest is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.filter_expression import compile_filter
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.trace import Trace

TRACE_ID = "1-6b49d200-00000000000000000000000a"


def trace(*, also: dict[str, Any] | None = None, **members: Any) -> Trace:
    document = {
        "id": "000000000000000a",
        "trace_id": TRACE_ID,
        "name": "signup",
        "start_time": 1_800_000_000.0,
        "end_time": 1_800_000_002.0,
        "http": {
            "request": {
                "url": "http://example.com/api/1",
                "method": "GET",
                "user_agent": "curl/8",
                "client_ip": "10.0.0.1",
            },
            "response": {"status": 200},
        },
        "user": "ada",
        "annotations": {"plan": "pro", "seats": 3, "trial": True},
        "subsegments": [
            {
                "id": "000000000000000b",
                "name": "SNS",
                "namespace": "aws",
                "start_time": 1_800_000_000.0,
                "end_time": 1_800_000_005.0,
            }
        ],
        **members,
    }
    xray = XRayStore(account="0" * 12, region="us-east-1", clock=lambda: 1_800_000_000)
    sent = [document] if also is None else [document, also]
    xray.segments.put({"TraceSegmentDocuments": [json.dumps(one) for one in sent]})
    stored = xray.segments.trace(TRACE_ID)
    assert stored is not None
    return Trace(stored)


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("", True),
        ("  ", True),
        ("ok", True),
        ("fault", False),
        ("!fault", True),
        ("fault = false", True),
        ("ok = true", True),
        ("error", False),
        ("throttle", False),
        ("partial", False),
        ('service("signup")', True),
        ("service('signup')", True),
        ('service("SNS")', True),
        ('service("other")', False),
        ('service("signup") { ok = true AND responsetime < 2.5 }', True),
        ('service("signup") { fault = true }', False),
        ('service("other") { ok = true }', False),
        ("duration = 5", True),
        ("duration > 4.5", True),
        ("duration >= 5.1", False),
        ("responsetime < 2.5", True),
        ("responsetime != 2", False),
        ("http.status = 200", True),
        ("http.status <= 199", False),
        ('http.url CONTAINS "/api/"', True),
        ('http.url BEGINSWITH "https"', False),
        ('http.url ENDSWITH "1"', True),
        ('http.method = "GET"', True),
        ('http.method != "GET"', False),
        ('http.useragent contains "curl"', True),
        ('http.clientip = "10.0.0.1"', True),
        ('user = "ada"', True),
        ('annotation.plan = "pro"', True),
        ("annotation[plan] = 'pro'", True),
        ('annotation.plan BEGINSWITH "p"', True),
        ("annotation.plan = 3", False),
        ("annotation.seats = 3", True),
        ("annotation.seats > 2.5", True),
        ('annotation.seats = "3"', False),
        ("annotation.seats = true", False),
        ("annotation.trial = true", True),
        ("annotation.trial = 1", False),
        ("annotation.trial != true", False),
        ("annotation.missing = 1", False),
        ("fault OR ok AND error", False),
        ("(ok OR fault) AND !error", True),
        ("ok and fault or ok", True),
        ('service("signup") AND http.status = 200 AND annotation.plan = "pro"', True),
    ],
)
def test_an_understood_expression_is_answered(expression: str, *, matches: bool) -> None:
    assert compile_filter(expression)(trace()) is matches


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ('service("SNS") { duration = 5 }', True),
        ('service("SNS") { fault }', False),
        ('service("signup") { annotation.step = 2 }', True),
        ('service("signup") { annotation.step = 3 }', False),
    ],
)
def test_a_service_s_condition_looks_at_all_that_belongs_to_it(
    expression: str, *, matches: bool
) -> None:
    """Inferred services, and subsegments that were sent on their own."""
    late = {
        "id": "000000000000000c",
        "trace_id": TRACE_ID,
        "parent_id": "000000000000000a",
        "type": "subsegment",
        "name": "work",
        "start_time": 1_800_000_000.0,
        "end_time": 1_800_000_001.0,
        "annotations": {"step": 2},
    }
    assert compile_filter(expression)(trace(also=late)) is matches


@pytest.mark.parametrize(
    ("expression", "members"),
    [
        ("fault", {"fault": True}),
        ("error", {"error": True}),
        ("error AND throttle", {"throttle": True}),
        ("partial", {"in_progress": True, "end_time": None}),
        ("!ok", {"http": {"response": {"status": 302}}}),
        ("ok", {"http": {}}),
        (r'user = "a\"b"', {"user": 'a"b'}),
    ],
)
def test_keywords_look_at_the_trace(expression: str, members: dict[str, Any]) -> None:
    assert compile_filter(expression)(trace(**members)) is True


def test_a_comparison_with_a_missing_number_never_matches() -> None:
    for symbol in ("=", "!=", "<", ">"):
        assert compile_filter(f"http.status {symbol} 200")(trace(http={})) is False


@pytest.mark.parametrize(
    "expression",
    [
        'edge("a", "b")',
        'service("a") { fault',
        'service("a") { }',
        'service(id(name: "a"))',
        "service()",
        'group.name = "slow"',
        "coverage > 1",
        "index = 5",
        "root",
        'availabilityzone = "a"',
        "rootcause.fault.exception",
        "annotation.plan",
        "annotation.plan = pro",
        'annotation.plan > "pro"',
        "annotation.seats CONTAINS 3",
        "annotation = 3",
        'duration = "5"',
        "duration CONTAINS 5",
        "duration >",
        "duration 5",
        "http.url = 5",
        "ok = maybe",
        "ok ok",
        "(ok",
        "ok)",
        "AND ok",
        "ok AND",
        "!",
        "§",
        '"ok"',
        "5",
    ],
)
def test_everything_else_is_refused(expression: str) -> None:
    with pytest.raises(InvalidRequestError, match="Invalid filter expression"):
        compile_filter(expression)
