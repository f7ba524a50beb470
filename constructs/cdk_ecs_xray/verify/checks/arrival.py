"""Whether traces of every service arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.traces import MOST_TRACES


def _look(deployment: Deployment) -> Iterator[Answer]:
    for service in deployment.services:
        for name in service.tracing_names:
            yield _answer(deployment, name, service.region)
        apps = len(service.containers) - len(service.collectors)
        if not service.tracing_names and apps > 0:
            yield not_checked(
                f"traces of {service.name}",
                "its name in X-Ray is not in the task definition",
                fix="Set AWS_XRAY_TRACING_NAME, or OTEL_SERVICE_NAME, on the app's container.",
            )


def _answer(deployment: Deployment, name: str, region: str) -> Answer:
    traces = deployment.traces(name, region)
    minutes = f"the last {deployment.minutes} minutes"
    if not traces:
        return failed(
            f"traces of {name}",
            f"none arrived in {minutes}",
            fix="Send it a request that a sampling rule records, wait half a minute and look "
            "again. Then read the findings above from the top.",
        )
    counted = Counter(trace.status for trace in traces)
    statuses = ", ".join(f"{times} {status}" for status, times in counted.items())
    least = "at least " if len(traces) == MOST_TRACES else ""
    return ok(f"traces of {name}", f"{least}{len(traces)} arrived in {minutes}: {statuses}")


ARRIVAL = Check(
    check_id="traces",
    needs=("xray:GetTraceSummaries", "xray:BatchGetTraces"),
    look=_look,
)
