"""Whether traces of every service arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cdk_ecs_xray.plan.transaction_search import SPANS
from cdk_ecs_xray.verify.check import Answer, Check, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.logged_traces import RetrievalError
from cdk_ecs_xray.verify.missing_traces import without_name, without_traces
from cdk_ecs_xray.verify.traced_service import TracedService
from cdk_ecs_xray.verify.traces import MOST_TRACES


def _look(deployment: Deployment) -> Iterator[Answer]:
    seen = set()
    for service in deployment.services:
        for name in service.tracing_names:
            # Only their names distinguish services in X-Ray.
            if (service.region, name) not in seen:
                seen.add((service.region, name))
                yield _answer(deployment, service, name)
        apps = len(service.containers) - len(service.collectors)
        if not service.tracing_names and apps > 0:
            yield without_name(service)


def _answer(deployment: Deployment, service: TracedService, name: str) -> Answer:
    try:
        traces = deployment.traces(name, service.region)
    except RetrievalError as error:
        return not_checked(
            f"traces of {name}",
            f"spans are in the log group {SPANS}, and {error}",
            fix="Verify again in a minute.",
        )
    if not traces:
        return without_traces(deployment, service, name)
    minutes = f"the last {deployment.minutes} minutes"
    counted = Counter(trace.status for trace in traces)
    statuses = ", ".join(f"{times} {status}" for status, times in counted.items())
    least = "at least " if len(traces) == MOST_TRACES else ""
    return ok(f"traces of {name}", f"{least}{len(traces)} arrived in {minutes}: {statuses}")


ARRIVAL = Check(
    check_id="traces",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "xray:GetTraceSegmentDestination",
        "xray:GetTraceSummaries",
        "xray:BatchGetTraces",
        "logs:FilterLogEvents",
        "xray:StartTraceRetrieval",
        "xray:ListRetrievedTraces",
    ),
    look=_look,
)
