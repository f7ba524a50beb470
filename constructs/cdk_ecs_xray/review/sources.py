"""The guides of AWS that the rules of a review cite, by the start of their addresses."""

from __future__ import annotations

_AWS = "https://docs.aws.amazon.com"

ADOT = "https://aws-otel.github.io/docs"
"""Of the AWS Distro for OpenTelemetry, which AWS keeps outside of its own documentation."""
CLOUDFORMATION = f"{_AWS}/AWSCloudFormation/latest/UserGuide"
CLOUDWATCH = f"{_AWS}/AmazonCloudWatch/latest/monitoring"
ECS = f"{_AWS}/AmazonECS/latest/developerguide"
ECS_AGENT = f"{ECS}/http_proxy_config.html"
ECS_API = f"{_AWS}/AmazonECS/latest/APIReference"
IAM = f"{_AWS}/IAM/latest/UserGuide"
OTEL = "https://opentelemetry.io/docs/specs/otel"
POLICIES = f"{_AWS}/aws-managed-policy/latest/reference"
XRAY_ACTIONS = f"{_AWS}/service-authorization/latest/reference/list_awsx-ray.html"
XRAY = f"{_AWS}/xray/latest/devguide"
