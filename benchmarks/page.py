"""The page's list and map with 10,000 traces, against reading them through X-Ray's own API.

``PAGE_TRACES=1000`` takes another number.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.feed import feed
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.local_account import FollowedTraces
from cdk_ecs_xray.page.serving import Page

_TRACES = 10_000
_NOW = 1_800_000_000.0
_REPEATED = 5
_AT_ONCE = 50  # Documents of a request.
_FILTER = "http.status = 409 AND duration > 0.0{}"


def main() -> None:
    """Print the median of several runs of each view, in milliseconds of processor time."""
    number = int(os.environ.get("PAGE_TRACES", _TRACES))
    store = XRayStore(account="123456789012", region="eu-central-1")
    documents = [json.dumps(_signup(one)) for one in range(number)]
    for start in range(0, number, _AT_ONCE):
        store.segments.put({"TraceSegmentDocuments": documents[start : start + _AT_ONCE]})
    traces = FollowedTraces(lambda known: feed(store, known), account="123456789012")
    account = Account(label=("benchmark",), is_real=False, traces=traces)

    def through_the_api() -> None:
        asked: dict[str, Any] = {"StartTime": _NOW - 900, "EndTime": _NOW}
        while True:
            page = store.traces.summaries(asked)
            if "NextToken" not in page:
                return
            asked["NextToken"] = page["NextToken"]

    print(f"{number:,} traces of two parts; milliseconds")
    direct = build_opener(ProxyHandler({}))
    # As a browser asks, so that what is measured is what is shown.
    with Page(account, clock=lambda: _NOW) as page:

        def asked(path: str, expression: str = "") -> None:
            with direct.open(f"{page.url}{path}?{urlencode({'q': expression})}") as answer:
                answer.read()

        first = _measured(lambda _: asked("traces"), repeated=1)
        rows = [
            ("first list, which reads every segment", first),
            ("list", _measured(lambda _: asked("traces"))),
            (
                "list, filtered for the first time",
                _measured(lambda n: asked("traces", _FILTER.format(n))),
            ),
            ("map", _measured(lambda _: asked("map"))),
            ("map, filtered", _measured(lambda _: asked("map", _FILTER.format(0)))),
            (
                "all summaries through X-Ray's API",
                _measured(lambda _: through_the_api(), repeated=1),
            ),
        ]
    for name, took in rows:
        print(f"{name:<40}{took:>8,.0f}")


def _measured(run: Callable[[int], None], *, repeated: int = _REPEATED) -> float:
    found = []
    for number in range(repeated):
        began = time.process_time()
        run(number)
        found.append((time.process_time() - began) * 1000)
    return statistics.median(found)


def _signup(number: int) -> Mapping[str, Any]:
    start = _NOW - 5 - number * 880 / _TRACES
    is_duplicate = number % 10 == 0
    call = {
        "id": f"{number * 10 + 2:016x}",
        "name": "dynamodb",
        "namespace": "aws",
        "start_time": start + 0.01,
        "end_time": start + 0.03,
        "aws": {"operation": "PutItem", "table_name": "signup"},
        "error": is_duplicate,
    }
    return {
        "id": f"{number * 10 + 1:016x}",
        "trace_id": f"1-{int(start):08x}-{number:024x}",
        "name": "signup",
        "start_time": start,
        "end_time": start + 0.05,
        "http": {
            "request": {"method": "POST", "url": "http://127.0.0.1/signup"},
            "response": {"status": 409 if is_duplicate else 201},
        },
        "subsegments": [call],
    }
