"""Each fault injected into a sound deployment is found and named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.verify.traffic import LOG_GROUP, STACK

if TYPE_CHECKING:
    from tests.end_to_end.verify.conftest import Verified

from tests.end_to_end.verify.faults import (
    changed_default_rule,
    changed_group,
    changed_rule,
    deleted_log_group,
    deleted_rule,
    denied_collector,
    detached_policy,
    endless_log_group,
    moved_service,
    scaled_to_nothing,
)


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (changed_default_rule, {"sampling": ("sampling rule Default: FixedRate is 1",)}),
        (
            changed_group,
            {
                "sampling": ("group dev-faults: FilterExpression is error, synthesized fault",),
                "drift": ("FilterExpression",),
            },
        ),
        (
            changed_rule,
            {
                "drift": ("FixedRate is 1", "0.5"),
                "sampling": ("sampling rule dev-checkout: FixedRate is 1", "synthesized 0.5"),
            },
        ),
        (deleted_rule, {"sampling": ("dev-checkout: is not there",), "drift": ("was deleted",)}),
        (
            deleted_log_group,
            {
                "drift": ("was deleted",),
                "log-groups": (f"log group {LOG_GROUP}: is not there",),
                "collector-logs": (f"{LOG_GROUP} is not there",),
            },
        ),
        (
            endless_log_group,
            {"drift": ("RetentionInDays",), "log-groups": ("forever, synthesized 30 days",)},
        ),
        (
            detached_policy,
            {"permissions": ("may not xray:PutTraceSegments, xray:PutTelemetryRecords",)},
        ),
        (
            moved_service,
            {
                "task-definition": (f"runs {STACK}:2, its stack deployed {STACK}:1",),
                "drift": ("Service was changed",),
            },
        ),
        (scaled_to_nothing, {"tasks": ("scaled to 0",), "drift": ("DesiredCount",)}),
        (denied_collector, {"collector-logs": ("access-denied 2 times", "AccessDeniedException")}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_fault_is_found_and_named(
    used: EmbeddedAws,
    verify: Callable[..., Verified],
    break_it: Any,
    named: dict[str, tuple[str, ...]],
) -> None:
    with break_it(used):
        verified = verify()
    assert verified.code == 1
    failed = verified.failed()
    assert failed.keys() == named.keys()
    for check, phrases in named.items():
        assert [phrase for phrase in phrases if phrase not in failed[check]] == []

    mended = verify()
    assert mended.failed() == {}
