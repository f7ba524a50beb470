"""An account that answers from X-Ray's store in memory, with traffic of a small service."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from botocore.exceptions import ClientError

from cdk_ecs_xray.local.xray import XRayRefusalError, XRayStore
from cdk_ecs_xray.local.xray.feed import feed
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.aws_reading import AwsLines, AwsTraces, Calls
from cdk_ecs_xray.page.local_account import FollowedTraces
from cdk_ecs_xray.page.serving import Page

EXCEPTION = {
    "type": "ClientError",
    "message": "An error occurred (ConditionalCheckFailedException) when calling PutItem: no",
    "stack": [
        {"path": "/app/store.py", "line": 41, "label": "put"},
        {"path": "/usr/lib/python3.12/site-packages/botocore/client.py", "line": 9, "label": "_c"},
    ],
}


class Session:
    """What boto3 would be: a client that answers, and keeps what was asked."""

    region_name = "eu-central-1"

    def __init__(self, store: XRayStore, lines: Sequence[Mapping[str, Any]] = ()) -> None:
        self.asked: list[str] = []
        traces = store.traces
        self._answers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "get_trace_summaries": traces.summaries,
            "batch_get_traces": traces.batch,
            "get_service_graph": traces.service_graph,
            "get_groups": lambda _: {"Groups": []},
            "get_trace_graph": traces.trace_graph,
            "filter_log_events": lambda _: {"events": list(lines)},
        }

    def client(self, _service: str) -> Session:
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.asked.append(operation)
            try:
                return self._answers[operation](arguments)
            except XRayRefusalError as refused:
                answer: Any = {"Error": {"Code": refused.code, "Message": str(refused)}}
                raise ClientError(answer, operation) from refused

        return call


@dataclass
class Listens:
    """A collector of this machine."""

    address: str = "127.0.0.1:2000"
    lost: str = ""

    def complaint(self) -> str:
        return self.lost


class Ended:
    """A session whose credentials AWS no longer takes."""

    def client(self, _service: str) -> Ended:
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**_: object) -> object:
            answer: Any = {
                "Error": {"Code": "ExpiredTokenException", "Message": "The token is expired"},
                "ResponseMetadata": {"RequestId": "1b57e1e7-0d4c-4f7f-9d1e-example"},
            }
            raise ClientError(answer, operation)

        return call


def trace_id(number: int, at: float) -> str:
    return f"1-{int(at):08x}-{number:024x}"


def signup(number: int, at: float, *, status: int = 201, **members: Any) -> dict[str, Any]:
    """Return the segment of one signup, with the call to DynamoDB in it."""
    refused = status == 409
    call: dict[str, Any] = {
        "id": f"{number * 10 + 2:016x}",
        "name": "dynamodb",
        "namespace": "aws",
        "start_time": at + 0.01,
        "end_time": at + 0.03,
        "aws": {"operation": "PutItem", "table_name": "signup-dev"},
        "http": {"response": {"status": 400 if refused else 200}},
    }
    if refused:
        call |= {"error": True, "cause": {"exceptions": [EXCEPTION]}}
    return {
        "id": f"{number * 10 + 1:016x}",
        "trace_id": trace_id(number, at),
        "name": "signup",
        "origin": "AWS::ECS::Container",
        "start_time": at,
        "end_time": at + 0.05,
        "error": 400 <= status < 500,
        "fault": status >= 500,
        "annotations": {"plan": "free"},
        "http": {
            "request": {"method": "POST", "url": "http://127.0.0.1/signup"},
            "response": {"status": status},
        },
        "subsegments": [call],
        **members,
    }


def traffic(number: int, now: float) -> Sequence[dict[str, Any]]:
    """Return signups of the last quarter of an hour, each tenth a duplicate."""
    return [signup(n, now - 5 - 3.5 * n, status=409 if n % 10 == 0 else 201) for n in range(number)]


def account_of(
    documents: Sequence[Mapping[str, Any]],
    *,
    lines: Sequence[Mapping[str, Any]] = (),
    is_real: bool = False,
    session: Any = None,
) -> Account:
    store = store_of(documents)
    calls = Calls(session=cast("Any", session or Session(store, lines)))
    follows = session is None and not is_real
    return Account(
        label=("dev", "AWS emulator", "eu-central-1", "no account"),
        is_real=is_real,
        traces=following(store) if follows else AwsTraces(calls=calls),
        lines=AwsLines(calls=calls),
        log_groups=("/ecs/signup",) if lines else (),
    )


def store_of(documents: Sequence[Mapping[str, Any]]) -> XRayStore:
    store = XRayStore(account="123456789012", region="eu-central-1")
    put(store, documents)
    return store


def put(store: XRayStore, documents: Sequence[Mapping[str, Any]]) -> None:
    raw = [json.dumps(document) for document in documents]
    # A request has room for 50.
    for start in range(0, len(raw), 50):
        answer = store.segments.put({"TraceSegmentDocuments": raw[start : start + 50]})
        assert answer == {"UnprocessedTraceSegments": []}


def following(store: XRayStore) -> FollowedTraces:
    return FollowedTraces(lambda known: feed(store, known), account="123456789012")


def ask(
    page: Page, path: str, *, method: str = "GET", **headers: str
) -> tuple[int, Mapping[str, str], str]:
    """Return status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=120)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, text
    finally:
        connection.close()
