"""Whether SDKs ask for sampling decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.checks.sampling import synthesized_rules
from cdk_ecs_xray.verify.deployment import Deployment

_DEFAULT = "Default"


def _look(deployment: Deployment) -> Iterator[Answer]:
    for region in deployment.regions:
        services = [service for service in deployment.services if service.region == region]
        asking = [service for service in services if service.asks_for_rules]
        subject = f"sampling in {region}"
        if asking and all(deployment.deployed(service.stack) is None for service in asking):
            yield not_checked(
                subject,
                "no stack of a traced service is deployed",
                fix=f"Run cdk deploy '{asking[0].stack.path}' and send the service a request.",
            )
        elif asking:
            yield _answer(deployment, region)
        elif services:
            yield ok(
                subject,
                "no app asks for X-Ray's rules, as OpenTelemetry does with "
                "OTEL_TRACES_SAMPLER=xray only",
            )


def _answer(deployment: Deployment, region: str) -> Answer:
    own = {
        name
        for stack in deployment.stacks
        if deployment.region_of(stack) == region
        for name in synthesized_rules(deployment, stack)
    }
    requests = _requests(deployment, region)
    subject = f"sampling in {region}"
    minutes = f"the last {deployment.minutes} minutes"
    reported = ", ".join(
        f"{name} {count}" for name, count in sorted(requests.items()) if name in own
    )
    if reported:
        return ok(subject, f"SDKs report the requests they saw in {minutes}, by rule: {reported}")
    if requests.get(_DEFAULT, 0) > 0:
        return ok(
            subject,
            f"SDKs report {requests[_DEFAULT]} requests in {minutes}, by the rule {_DEFAULT} only, "
            "which every environment of this account shares",
        )
    return failed(
        subject,
        f"no SDK asked for a sampling decision in {minutes}",
        fix="Send the service a request. If this failure stays, the app is not instrumented, does "
        "not reach TCP 2000 of its collector, or samples by local rules.",
    )


def _requests(deployment: Deployment, region: str) -> Counter[str]:
    client = deployment.client("xray", region)
    found: Counter[str] = Counter()
    for page in client.get_paginator("get_sampling_statistic_summaries").paginate():
        for summary in page["SamplingStatisticSummaries"]:
            if summary["Timestamp"] >= deployment.since:
                found[summary["RuleName"]] += summary["RequestCount"]
    return +found


POLLING = Check(
    check_id="sampling-polls",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "xray:GetSamplingStatisticSummaries",
    ),
    look=_look,
)
