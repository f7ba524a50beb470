"""Which containers are no apps: by what they run, and by what they are there for."""

from __future__ import annotations

import pytest

from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.collectors.evidence import Evidence

METRICS_ONLY = {"CW_CONFIG_CONTENT": '{"logs": {"metrics_collected": {"emf": {}}}}'}


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("amazon/aws-for-fluent-bit:stable", "log router"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/fluent-bit:3.1", "log router"),
        ("fluentd:1.17", "log router"),
        ("timberio/vector:0.40.0-alpine", "log router"),
        ("public.ecr.aws/aws-appconfig/aws-appconfig-agent:2.x", "configuration agent"),
        ("mirror/adot-autoinstrumentation-python:v0.19.0", "init container"),
        ("840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod", "proxy"),
        ("public.ecr.aws/datadog/agent:7", "metrics agent"),
        ("prom/statsd-exporter:v0.27.1", "metrics agent"),
        ("cloudflare/cloudflared:2026.10.0", "proxy"),
    ],
)
def test_images_of_publishers_are_known_wherever_they_are_mirrored(image: str, kind: str) -> None:
    assert companion(Evidence(image=image)) == kind


@pytest.mark.parametrize(
    "image",
    [
        "shop/vector-search:7",
        "shop/envoy-control-plane:2",
        "shop/agent:1",
        "nginx:1.27",
        "shop/orders@sha256:" + "a" * 64,
        "",
        "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
    ],
)
def test_apps_and_collectors_are_none(image: str) -> None:
    assert companion(Evidence(image=image)) is None


def test_an_agent_for_metrics_alone_is_one_and_one_for_traces_is_not() -> None:
    image = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300066.1"
    traces = {"CW_CONFIG_CONTENT": '{"traces": {"traces_collected": {"xray": {}}}}'}

    assert companion(Evidence(image=image, environment=METRICS_ONLY)) == "metrics agent"
    assert companion(Evidence(image=image, environment=traces)) is None


def test_its_part_in_the_task_tells_where_the_image_does_not() -> None:
    assert companion(Evidence(image="shop/router:1"), routes_logs=True) == "log router"
    assert companion(Evidence(image="shop/migrate:1"), finishes=True) == "init container"
    assert companion(Evidence(image="shop/migrate:1"), routes_logs=False, finishes=False) is None
