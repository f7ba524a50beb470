"""The configuration that the kit gives ADOT: which receivers reach X-Ray by which exporter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors import opentelemetry
from cdk_ecs_xray.collectors.configuration import Configuration
from cdk_ecs_xray.collectors.description import Placement
from cdk_ecs_xray.collectors.exporter import (
    SPANS_PER_REQUEST,
    Exporter,
    span_exporter,
    traces_endpoint,
)
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT

_ORIGIN = {"cloud.provider": "aws", "cloud.platform": "aws_ecs"}
_RENAMED_IN = (0, 49)
_SEGMENTS, _SPANS = "awsxray", "otlp"
_SEGMENT_BATCH, _SPAN_BATCH = "batch", "batch/spans"


def generated_configuration(
    placement: Placement,
    *,
    exporter: Exporter,
    version: str,
    region: str,
    role_arn: str | None,
    resource_arn: str | None,
) -> Configuration:
    """Return the configuration for one placement.

    :param version: tag of the image, which decides on the names of components.
    """
    named = _recent(version)
    detection = opentelemetry.ORIGIN_PROCESSORS[0 if named else 1]
    to_endpoint = "otlp_http" if named else "otlphttp"
    extensions: dict[str, Any] = {"health_check": {}}
    exporters: dict[str, Any] = {}
    if exporter != "otlp":
        exporters["awsxray"] = _segment_exporter(role_arn, resource_arn, placement.log_groups)
    if exporter != "xray":
        extensions["sigv4auth"] = _signing(region, role_arn)
        exporters[to_endpoint] = span_exporter(traces_endpoint(region, placement.url_suffix))
    return {
        "extensions": extensions,
        "receivers": _receivers(placement.network.bind_address, role_arn),
        "processors": {
            # Four fifths of what the container may use; refuses spans beyond that.
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": placement.memory_mib * 4 // 5,
            },
            # Without it X-Ray does not learn that the trace comes from ECS.
            detection: {"detectors": ["env", "ecs"], "override": False},
            # Segments of X-Ray SDKs without an aws block arrive with an unknown provider, which
            # the detection leaves alone; the exporter then drops origin and log groups.
            "resource": {
                "attributes": [
                    {"key": key, "value": value, "action": "upsert"}
                    for key, value in _ORIGIN.items()
                ]
            },
            **_batches(exporter),
        },
        "exporters": exporters,
        "service": {
            "extensions": list(extensions),
            # They would be served on port 8888, which an app beside it may want.
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": _pipelines(
                exporter, ["memory_limiter", detection, "resource"], to_endpoint=to_endpoint
            ),
        },
    }


def _receivers(address: str, role_arn: str | None) -> Mapping[str, Any]:
    return {
        _SEGMENTS: {
            "endpoint": f"{address}:{XRAY_PORT}",
            "transport": "udp",
            # Its default is moving to localhost, where a linked app gets no rules.
            "proxy_server": {
                "endpoint": f"{address}:{XRAY_PORT}",
                "local_mode": True,
                **({} if role_arn is None else {"role_arn": role_arn}),
            },
        },
        _SPANS: {
            "protocols": {
                "grpc": {"endpoint": f"{address}:{OTLP_GRPC_PORT}"},
                "http": {"endpoint": f"{address}:{OTLP_HTTP_PORT}"},
            }
        },
    }


def _segment_exporter(
    role_arn: str | None, resource_arn: str | None, log_groups: Sequence[str]
) -> Mapping[str, Any]:
    return {
        "local_mode": True,
        **({} if role_arn is None else {"role_arn": role_arn}),
        **({} if resource_arn is None else {"resource_arn": resource_arn}),
        # X-Ray SDKs name none, so the console would look for their logs in vain.
        **({"aws_log_groups": list(log_groups)} if log_groups else {}),
    }


def _signing(region: str, role_arn: str | None) -> Mapping[str, Any]:
    role = {} if role_arn is None else {"assume_role": {"arn": role_arn}}
    return {"region": region, "service": "xray", **role}


def _batches(exporter: Exporter) -> Mapping[str, Any]:
    batches: dict[str, Any] = {}
    if exporter != "otlp":
        # X-Ray takes 50 segments a request.
        batches[_SEGMENT_BATCH] = {"timeout": "1s", "send_batch_size": 50}
    if exporter != "xray":
        batches[_SPAN_BATCH] = {
            "timeout": "1s",
            "send_batch_size": SPANS_PER_REQUEST // 2,
            "send_batch_max_size": SPANS_PER_REQUEST,
        }
    return batches


def _pipelines(
    exporter: Exporter, processors: Sequence[str], *, to_endpoint: str
) -> Mapping[str, Any]:
    def pipeline(receivers: Sequence[str], batch: str, to: str) -> Mapping[str, Any]:
        return {
            "receivers": list(receivers),
            "processors": [*processors, batch],
            "exporters": [to],
        }

    if exporter == "xray":
        return {"traces": pipeline([_SEGMENTS, _SPANS], _SEGMENT_BATCH, "awsxray")}
    if exporter == "otlp":
        return {"traces": pipeline([_SEGMENTS, _SPANS], _SPAN_BATCH, to_endpoint)}
    # Segments keep the origin that they would lose as spans.
    return {
        "traces/xray": pipeline([_SEGMENTS], _SEGMENT_BATCH, "awsxray"),
        "traces/otlp": pipeline([_SPANS], _SPAN_BATCH, to_endpoint),
    }


def _recent(version: str) -> bool:
    """Return whether components have their newer names; a tag of one's own gets the older ones."""
    numbers = re.match(r"v?([0-9]+)\.([0-9]+)\.", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= _RENAMED_IN
