"""Which way a collector's traces leave: X-Ray's own API, or its endpoint for OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.regions import url_suffix_of

Exporter = Literal["xray", "otlp", "both"]
"""``xray`` sends everything with PutTraceSegments, ``otlp`` everything to the endpoint that takes
spans, and ``both`` each trace the way it came: segments of X-Ray SDKs to the one, spans of
OpenTelemetry to the other. Nothing is sent twice."""

QUEUED_REQUESTS = 100
"""Batches that wait while X-Ray does not answer; the collector's own default is 1000, which at
1000 spans each no sidecar has the memory for."""
RETRIED_SECONDS = 300
"""How long a batch is tried again before it is dropped; the collector's own default."""
SPANS_PER_REQUEST = 1000
"""X-Ray takes 10 000 spans and 5 MB in a request:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html"""


def traces_endpoint(region: str, url_suffix: str | None = None) -> str:
    """Return the address that takes spans; SDKs sign for this name of it and for no other.

    :param url_suffix: of the partition; None reads it from the region.
    """
    suffix = url_suffix_of(region) if url_suffix is None else url_suffix
    return f"https://xray.{region}.{suffix}/v1/traces"


def is_traces_endpoint(url: object) -> bool:
    """Return whether an address is X-Ray's own, in whatever region."""
    return str(url).partition("://")[2].startswith("xray.")


def span_exporter(endpoint: str) -> Mapping[str, Any]:
    """Return the settings of the OpenTelemetry collector's exporter that signs with sigv4auth.

    429, 502, 503 and 504 are tried again; 400, 403, 413 and 500 are dropped at once (measured,
    ADOT 0.49.0).
    """
    return {
        "traces_endpoint": endpoint,
        "auth": {"authenticator": "sigv4auth"},
        "sending_queue": {"enabled": True, "queue_size": QUEUED_REQUESTS},
        "retry_on_failure": {
            "enabled": True,
            "initial_interval": "5s",
            "max_interval": "30s",
            "max_elapsed_time": f"{RETRIED_SECONDS}s",
        },
    }


def exporter_problems(
    where: str, exporter: object, *, config: object, resource_arn: str | None
) -> Sequence[Problem]:
    """Return what is no exporter, and what does not go with one."""
    if exporter not in get_args(Exporter):
        return (
            Problem(
                where=where,
                what=f"exporter must be one of {', '.join(get_args(Exporter))}",
                got=f"{exporter!r}",
                fix="Leave it out for xray.",
            ),
        )
    if exporter == "xray":
        return ()
    found = []
    if config is not None:
        found.append(
            Problem(
                where=where,
                what=f"config and exporter '{exporter}' cannot be combined, as the configuration "
                "names its own exporters",
                fix="Keep one.",
            )
        )
    if exporter == "otlp" and resource_arn is not None:
        found.append(
            Problem(
                where=where,
                what="resource_arn and exporter 'otlp' cannot be combined, as only X-Ray's own API "
                "takes it",
                fix="Keep one.",
            )
        )
    return found
