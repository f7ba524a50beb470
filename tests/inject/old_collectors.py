"""Task definitions with a collector that is there already, and their replacement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray import AdotCollector
from cdk_ecs_xray.inject import TracingOptions, trace_text

LOG = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/xray", "awslogs-region": "eu-west-1"},
}
DAEMON: Mapping[str, Any] = {
    "name": "tracer",
    "image": "amazon/aws-xray-daemon:3.x",
    "cpu": 16,
    "memoryReservation": 64,
    "command": ["--region", "eu-west-1"],
    "portMappings": [{"hostPort": 2000, "containerPort": 2000, "protocol": "udp"}],
    "logConfiguration": LOG,
}
WEB: Mapping[str, Any] = {
    "name": "web",
    "image": "shop:1",
    "links": ["tracer"],
    "environment": [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "tracer:2000"}],
}
ADOT_CONFIG = (
    "receivers: {awsxray: {endpoint: '0.0.0.0:2000', proxy_server: {endpoint: '0.0.0.0:2000'}}, "
    "otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, http: {endpoint: '0.0.0.0:4318'}}}}\n"
    "processors: {batch: {}}\nexporters: {awsxray: {region: eu-west-1}}\n"
    "service: {pipelines: {traces: {receivers: [awsxray, otlp], processors: [batch], "
    "exporters: [awsxray]}}}\n"
)
ADOT: Mapping[str, Any] = {
    "name": "tracer",
    "image": "public.ecr.aws/aws-observability/aws-otel-collector:v0.30.0",
    "environment": [{"name": "AOT_CONFIG_CONTENT", "value": ADOT_CONFIG}],
}


def text_of(*containers: Mapping[str, Any], **task: Any) -> str:
    fields = {"family": "shop", "networkMode": "bridge", "taskRoleArn": "arn:aws:iam::1:role/web"}
    content = {**fields, **task, "containerDefinitions": containers}
    return json.dumps(content, indent=2) + "\n"


def replaced(text: str, collector: Any = None, name: str = "a.json", **options: Any) -> Any:
    to = AdotCollector() if collector is None else collector
    return trace_text(
        text, where=name, options=TracingOptions(**{"collector": to, "replace": True, **options})
    )


def containers(text: str) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(text)["containerDefinitions"]}


def variables(container: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container.get("environment", ())}
