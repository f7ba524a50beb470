"""Whether anybody changed what CloudFormation made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from cdk_ecs_xray.files.secrecy import SHOWN_TYPES, is_shown
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment

_DEADLINE = 180.0
_PAUSE = 1.0


def _look(deployment: Deployment) -> Iterator[Answer]:
    started: dict[str, str] = {}
    for stack in deployment.stacks:
        if deployment.deployed(stack) is not None:
            client = deployment.client("cloudformation", deployment.region_of(stack))
            answer = client.detect_stack_drift(StackName=stack.name)
            started[stack.name] = answer["StackDriftDetectionId"]
    for stack in deployment.stacks:
        if stack.name in started:
            client = deployment.client("cloudformation", deployment.region_of(stack))
            yield judged(client, stack.name, detected(client, started[stack.name]))


def detected(
    client: Any,
    detection: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Any | None:
    """Return the end of a detection; None when it takes too long."""
    deadline = clock() + _DEADLINE
    while clock() < deadline:
        status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if status["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            return status
        sleep(_PAUSE)
    return None


def judged(client: Any, name: str, status: Any | None) -> Answer:
    """Return what the end of a detection means."""
    subject = f"stack {name}"
    if status is None or status["DetectionStatus"] != "DETECTION_COMPLETE":
        reason = "took too long" if status is None else status.get("DetectionStatusReason", "")
        return not_checked(
            subject,
            f"drift could not be detected: {reason}",
            fix="Detection reads every resource of the stack, so it needs to read those too; "
            "--no-drift leaves it out.",
        )
    if status["StackDriftStatus"] != "DRIFTED":
        return ok(subject, "has not drifted")
    drifts = client.describe_stack_resource_drifts(
        StackName=name, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
    )["StackResourceDrifts"]
    return failed(
        subject,
        "has drifted: " + "; ".join(_described(drift) for drift in drifts),
        fix="Undo it by hand: CloudFormation repairs nothing while the template stays the same.",
    )


def _described(drift: Any) -> str:
    name = drift["LogicalResourceId"]
    if drift["StackResourceDriftStatus"] == "DELETED":
        return f"{name} was deleted"
    changes = ", ".join(
        _difference(drift.get("ResourceType"), difference)
        for difference in drift.get("PropertyDifferences", [])
    )
    return f"{name} was changed ({changes})"


def _difference(kind: object, difference: Any) -> str:
    path = difference["PropertyPath"].lstrip("/")
    # CloudFormation names the position of a variable, not its name.
    if kind not in SHOWN_TYPES or not is_shown(path.split("/")):
        return f"{path} changed"
    return f"{path} is {difference.get('ActualValue')}, deployed {difference.get('ExpectedValue')}"


DRIFT = Check(
    check_id="drift",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackDrift",
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:DescribeStackResourceDrifts",
    ),
    look=_look,
)
