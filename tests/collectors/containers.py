"""Containers and what they are: for every room's answer in test_recognition.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Container = Mapping[str, Any]
METRICS = "service: {pipelines: {metrics: {receivers: [statsd], exporters: [awsemf]}}}"
TRACES = (
    "{receivers: {awsxray: {endpoint: '0.0.0.0:2000'}}, exporters: {awsxray: {}}, "
    "service: {pipelines: {traces: {receivers: [awsxray], exporters: [awsxray]}}}}"
)
VENDORS = "service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp/vendor]}}}"
XRAY_OTLP = (
    "{exporters: {otlphttp: {endpoint: 'https://xray.eu-west-1.amazonaws.com'}}, "
    "service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}}}"
)


def variables(**values: str) -> Sequence[Mapping[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


# Container, engine's id, whether it collects traces; None where nobody can tell.
RECOGNIZED: Mapping[str, tuple[Container, str | None, bool | None]] = {
    "gallery": ({"image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6"}, "xray-daemon", True),
    "hub": ({"image": "amazon/aws-xray-daemon"}, "xray-daemon", True),
    "own registry": (
        {"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/xray-daemon:3"},
        "xray-daemon",
        True,
    ),
    "registry with a port": ({"image": "registry:5000/team/xray-daemon"}, "xray-daemon", True),
    "pull-through cache": (
        {"image": "1.dkr.ecr.eu-west-1.amazonaws.com/ecr-public/xray/aws-xray-daemon@sha256:ab"},
        "xray-daemon",
        True,
    ),
    "name as a tag": ({"image": "registry/tools:aws-xray-daemon-3.6"}, "xray-daemon", True),
    "underscores": ({"image": "registry/team_xray_daemon_arm64:3"}, "xray-daemon", True),
    "own image by its program": (
        {"image": "registry/observability:1", "entryPoint": ["/xray", "-o"]},
        "xray-daemon",
        True,
    ),
    "unknown image on UDP 2000": (
        {"image": "registry/a:1", "portMappings": [{"containerPort": 2000, "protocol": "udp"}]},
        None,
        True,
    ),
    "adot": (
        {
            "image": "mirror/aws-otel-collector:v1",
            "environment": variables(AOT_CONFIG_CONTENT=TRACES),
        },
        "adot",
        True,
    ),
    "adot by its variable": (
        {"image": "registry/a:1", "environment": variables(AOT_CONFIG_CONTENT=TRACES)},
        "adot",
        True,
    ),
    "adot for metrics": (
        {
            "image": "mirror/aws-otel-collector:v1",
            "environment": variables(AOT_CONFIG_CONTENT=METRICS),
        },
        "adot",
        False,
    ),
    "adot for a vendor": (
        {
            "image": "mirror/aws-otel-collector:v1",
            "environment": variables(AOT_CONFIG_CONTENT=VENDORS),
        },
        "adot",
        False,
    ),
    "adot over X-Ray's OTLP endpoint": (
        {"image": "mirror/adot-collector", "environment": variables(AOT_CONFIG_CONTENT=XRAY_OTLP)},
        "adot",
        True,
    ),
    "adot with its metrics configuration": (
        {
            "image": "mirror/aws-otel-collector",
            "command": ["--config=/etc/ecs/ecs-cloudwatch.yaml"],
        },
        "adot",
        False,
    ),
    "adot with its default configuration": (
        {
            "image": "mirror/aws-otel-collector",
            "command": ["--config", "/etc/ecs/ecs-default-config.yaml"],
        },
        "adot",
        True,
    ),
    "adot with a configuration elsewhere": (
        {"image": "mirror/aws-otel-collector", "command": ["--config=s3://bucket/a.yaml"]},
        "adot",
        None,
    ),
    "adot without a command": ({"image": "mirror/aws-otel-collector"}, "adot", None),
    "contrib": (
        {"image": "otel/opentelemetry-collector-contrib:0.140.0"},
        "opentelemetry-collector",
        None,
    ),
    "contrib by a variable": (
        {
            "image": "otel/opentelemetry-collector-contrib:0.140.0",
            "command": ["--config=env:OTEL_CONFIG"],
            "environment": variables(OTEL_CONFIG=TRACES),
        },
        "opentelemetry-collector",
        True,
    ),
    "agent": (
        {
            "image": "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300062.0b1304",
            "environment": variables(
                CW_CONFIG_CONTENT='{"traces": {"traces_collected": {"xray": {}}}}'
            ),
        },
        "cloudwatch-agent",
        True,
    ),
    "agent for metrics": (
        {
            "image": "mirror/cloudwatch-agent",
            "environment": variables(CW_CONFIG_CONTENT='{"metrics": {"metrics_collected": {}}}'),
        },
        "cloudwatch-agent",
        False,
    ),
    "agent with a secret configuration": (
        {
            "image": "mirror/cloudwatch-agent",
            "secrets": [{"name": "CW_CONFIG_CONTENT", "valueFrom": "arn:aws:ssm:::parameter/a"}],
        },
        "cloudwatch-agent",
        None,
    ),
}
NONE_AT_ALL: Mapping[str, Container] = {
    "app": {"image": "registry/orders:7"},
    "app that speaks of X-Ray": {"image": "registry/xray-demo:1"},
    "app on TCP 2000": {"image": "a", "portMappings": [{"containerPort": 2000, "protocol": "tcp"}]},
    "operator": {"image": "amazon/cloudwatch-agent-operator:1"},
    "exporter": {"image": "registry/xray-daemon-exporter:1"},
    "instrumented app": {"image": "a", "command": ["node", "xray.js"]},
}
