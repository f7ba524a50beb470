"""X-Ray's endpoint for OpenTelemetry takes spans only where Transaction Search is on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import CLOUDWATCH
from cdk_ecs_xray.review.span_senders import span_sender
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Stack
from cdk_ecs_xray.templates.transaction_search import indexing_percentage


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    for stack in stacks:
        if indexing_percentage(stacks, stack.source) is not None:
            continue
        for task in stack.task_definitions:
            sender = span_sender(task)
            if sender is not None:
                yield Found(
                    place=sender.place,
                    what="Transaction Search must be on in the account and region, as X-Ray's OTLP "
                    "endpoint refuses spans otherwise",
                    got="no resource here that turns it on",
                    fix="See that aws xray get-trace-segment-destination shows CloudWatchLogs, or "
                    "turn it on once with XRayTransactionSearch.",
                )


RULE = Rule(
    id="transaction-search-needed",
    severity=Severity.NOTE,
    title="Spans to an endpoint that needs Transaction Search",
    source=f"{CLOUDWATCH}/CloudWatch-OTLPEndpoint.html",
    check=_check,
)
