"""What the page has of a running AWS emulator."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.page.local_account import local_account
from cdk_ecs_xray.page.model import Span

ACCOUNT, REGION = "123456789012", "eu-central-1"


def segment(number: int, now: float) -> Mapping[str, Any]:
    return {
        "id": f"{number:016x}",
        "trace_id": f"1-{int(now):08x}-{number:024x}",
        "name": "signup",
        "start_time": now,
        "end_time": now + 0.1,
    }


def test_it_has_traces_groups_and_log_groups_and_forgets_with_a_reset(aws: EmbeddedAws) -> None:
    session = aws.session(account=ACCOUNT, region=REGION)
    session.client("ecs").register_task_definition(
        family="signup",
        containerDefinitions=[
            {
                "name": name,
                "image": "app",
                "memory": 64,
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": f"/ecs/{name}", "awslogs-region": "eu-central-1"},
                },
            }
            for name in ("app", "xray-daemon")
        ],
    )
    xray = session.client("xray")
    xray.create_group(GroupName="slow", FilterExpression="responsetime > 1")
    now = time.time()
    span = Span(start=now - 60, end=now + 60)
    shown = local_account(aws, account=ACCOUNT, region=REGION, name="dev", log_groups=["/own"])
    assert shown.traces.find(span).rows == []

    documents = [json.dumps(segment(number, now)) for number in (1, 2)]
    xray.put_trace_segments(TraceSegmentDocuments=documents)
    aws.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(segment(3, now))])

    assert len(shown.traces.find(span).rows) == 2
    assert shown.traces.groups() == {"slow": "responsetime > 1"}
    assert shown.log_groups == ("/own", "/ecs/app", "/ecs/xray-daemon")
    aws.reset()
    assert shown.traces.find(span).rows == []
