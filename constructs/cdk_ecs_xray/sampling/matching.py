"""Which rule decides about a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.sampling.patterns import pattern_matches
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule

# The order in which aws-xray-sdk 2.15 compares them (sampling_rule.SamplingRule.match).
OF_REQUESTS = ("host", "http_method", "url_path")
MATCHED_FIELDS = ("host", "http_method", "url_path", "service_name", "service_type")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an SDK knows about a request when it decides whether to trace it.

    :param host: of the ``Host`` header; None, like an empty text in any field, is unknown, which
        matches every rule.
    :param url_path: without the query.
    :param service_name: the app's ``AWS_XRAY_TRACING_NAME``.
    :param service_type: such as ``AWS::ECS::Container``, with an SDK's ECS plugin.
    :param is_work: there is no request, as for a job or a message: no host, method and path.
    :param query: behind the path, which some SDKs compare with it.
    """

    host: str | None = None
    http_method: str | None = None
    url_path: str | None = None
    service_name: str | None = None
    service_type: str | None = None
    query: str | None = None
    is_work: bool = False


def deciding_rule(
    rules: Sequence[SamplingRule], default: DefaultRule, request: Request
) -> SamplingRule | DefaultRule:
    """Return the first rule, in the given order, that matches; X-Ray's SDKs skip some."""
    for rule in rules:
        if rule.skipped_because is None and mismatch(rule, request) is None:
            return rule
    return default


def mismatch(rule: SamplingRule, request: Request) -> str | None:
    """Return the first field in which a rule does not match a request, or None if it matches."""
    for field in MATCHED_FIELDS:
        value: str | None = getattr(request, field)
        if value and not pattern_matches(getattr(rule, field), value):
            return field
    return None
