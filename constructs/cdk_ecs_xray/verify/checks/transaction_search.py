"""Whether Transaction Search is as synthesized, and X-Ray may write spans where it is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.plan.transaction_search import ACTION, RESOURCE, SERVICE, SPANS
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment


def _look(deployment: Deployment) -> Iterator[Answer]:
    for region in deployment.regions:
        wanted = [
            float(properties["IndexingPercentage"])
            for stack in deployment.stacks
            if deployment.region_of(stack) == region
            for properties in stack.resources(RESOURCE).values()
        ]
        senders = [
            service.name
            for service in deployment.services
            if service.region == region and service.sends_spans
        ]
        if deployment.sends_to_logs(region):
            yield _answer(deployment, region, wanted)
        # Where it is off and nothing needs it, there is nothing to say.
        elif wanted or senders:
            yield _off(f"Transaction Search in {region}", senders, synthesized=bool(wanted))


def _answer(deployment: Deployment, region: str, wanted: list[float]) -> Answer:
    subject = f"Transaction Search in {region}"
    if deployment.destination(region)["Status"] == "PENDING":
        return not_checked(subject, "is still being turned on", fix="Verify again in some minutes.")
    if not _may_write(deployment.client("logs", region)):
        return failed(
            subject,
            f"is on, and no resource policy lets X-Ray write to {SPANS}",
            fix=f"Add a resource policy of CloudWatch Logs that allows {SERVICE} {ACTION} on "
            f"log-group:{SPANS}:*. XRayTransactionSearch adds one when its stack is created.",
        )
    indexed = _indexed(deployment.client("xray", region))
    if wanted and indexed not in wanted:
        return failed(
            subject,
            f"indexes {indexed:g} % of the traces, synthesized {wanted[0]:g} %",
            fix="Set it back with aws xray update-indexing-rule, or write the value into the app "
            "and deploy it.",
        )
    return ok(subject, f"is on; X-Ray indexes {indexed:g} % of the traces")


def _off(subject: str, senders: Sequence[str], *, synthesized: bool) -> Answer:
    lost = f", so X-Ray refuses the spans of {', '.join(senders)}" if senders else ""
    if synthesized:
        return failed(
            subject,
            f"is off, synthesized on{lost}",
            fix="Somebody turned it off: run aws xray update-trace-segment-destination "
            "--destination CloudWatchLogs. Deploying alone changes nothing.",
        )
    return failed(
        subject,
        f"is off{lost}",
        fix="Turn it on once for the account and region, with XRayTransactionSearch in a stack of "
        "its own, or let a collector send with exporter xray.",
    )


def _may_write(logs: Any) -> bool:
    pages = logs.get_paginator("describe_resource_policies").paginate()
    texts = [policy["policyDocument"] for page in pages for policy in page["resourcePolicies"]]
    return any(_lets_write(one) for text in texts for one in _statements(json_or_none(text)))


def _statements(document: object) -> Iterator[Mapping[str, Any]]:
    found = document.get("Statement") if isinstance(document, Mapping) else None
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, Mapping):
            yield one


def _lets_write(statement: Mapping[str, Any]) -> bool:
    # Whether a condition holds is X-Ray's to know.
    parts = {"Principal": (SERVICE,), "Action": (ACTION, "logs:*"), "Resource": (SPANS,)}
    return statement.get("Effect") == "Allow" and all(
        any(text in str(statement.get(member)) for text in texts) for member, texts in parts.items()
    )


def _indexed(xray: Any) -> float:
    rules = xray.get_indexing_rules()["IndexingRules"]
    found = (rule["Rule"].get("Probabilistic") for rule in rules)
    return next(float(one["DesiredSamplingPercentage"]) for one in found if one)


TRANSACTION_SEARCH = Check(
    check_id="transaction-search",
    needs=(
        "xray:GetTraceSegmentDestination",
        "xray:GetIndexingRules",
        "logs:DescribeResourcePolicies",
    ),
    look=_look,
)
