"""Which containers are apps, and what their variables say of the way to X-Ray."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, XRayDaemon
from cdk_ecs_xray.inject import Injection, TracingOptions, trace_text

APP: Mapping[str, Any] = {"name": "app", "image": "example/app:1"}
ENVOY: Mapping[str, Any] = {
    "name": "envoy",
    "image": "example/aws-appmesh-envoy:v1",
    "user": "1337",
}


def injected(
    containers: list[Mapping[str, Any]], collector: Collector | None = None, **task: Any
) -> Injection:
    options = TracingOptions(
        collector=XRayDaemon() if collector is None else collector,
        region="us-east-1",
        writes_log=False,
    )
    content = {"taskRoleArn": "arn:aws:x", **task, "containerDefinitions": containers}
    return trace_text(json.dumps(content), where="task.json", options=options).injection


def ids(injection: Injection) -> list[str]:
    return [one.id for one in injection.warnings]


def app_with(**environment: str) -> Mapping[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in environment.items()]
    return {**APP, "environment": pairs}


def wired(injection: Injection) -> set[Any]:
    """Return the positions of the containers that anything was added to."""
    return {addition.path[1] for addition in injection.additions if len(addition.path) > 1}


@pytest.mark.parametrize(
    "helper",
    [
        {
            "name": "x",
            "image": "amazon/aws-for-fluent-bit:2",
            "firelensConfiguration": {"type": "x"},
        },
        {"name": "x", "image": "public.ecr.aws/datadog/agent:7"},
        {"name": "x", "image": "envoyproxy/envoy:v1.30"},
        {"name": "x", "image": "mirror.example.com/anything:1", "firelensConfiguration": {}},
    ],
    ids=lambda one: one["image"],
)
def test_what_helps_an_app_is_none(helper: Mapping[str, Any]) -> None:
    assert wired(injected([helper, APP])) == {1}


@pytest.mark.parametrize("condition", ["COMPLETE", "SUCCESS"])
def test_what_another_container_waits_to_end_is_no_app(condition: str) -> None:
    migration = {"name": "migrate", "image": "example/app:1", "essential": False}
    app = {**APP, "dependsOn": [{"containerName": "migrate", "condition": condition}]}

    assert wired(injected([migration, app])) == {1}


@pytest.mark.parametrize("condition", ["START", "HEALTHY"])
def test_what_another_container_needs_running_is_an_app(condition: str) -> None:
    app = {**APP, "dependsOn": [{"containerName": "api", "condition": condition}]}

    assert wired(injected([{"name": "api", "image": "example/api:1"}, app])) == {0, 1}


def mesh(**properties: str) -> Mapping[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in properties.items()]
    return {"type": "APPMESH", "containerName": "envoy", "properties": pairs}


@pytest.mark.parametrize(
    ("collector", "properties", "user"),
    [
        (XRayDaemon(), {"IgnoredUID": "1337"}, "1337"),
        (AdotCollector(), {"IgnoredUID": "1337", "IgnoredGID": "5"}, "1337"),
        (XRayDaemon(), {"IgnoredGID": "42"}, "10001:42"),
        (AdotCollector(), {"IgnoredUID": "", "IgnoredGID": "42"}, "4317:42"),
        # The agent writes files that only root can.
        (CloudWatchAgent(), {"IgnoredUID": "1337", "IgnoredGID": "42"}, "0:42"),
        (CloudWatchAgent(), {"IgnoredUID": "1337"}, None),
        (XRayDaemon(), {"IgnoredUID": "${UID}"}, "${UID}"),
    ],
    ids=str,
)
def test_a_proxy_leaves_the_collector_alone(
    collector: Collector, properties: Mapping[str, str], user: str | None
) -> None:
    injection = injected(
        [APP, ENVOY],
        collector,
        networkMode="awsvpc",
        proxyConfiguration=mesh(**properties),
    )

    assert injection.sidecar is not None
    assert injection.sidecar.get("user") == user
    assert ("ecs-xray:collector-behind-proxy" in ids(injection)) == (user is None)
    assert wired(injection) == {0}


def test_without_a_proxy_the_image_keeps_its_user() -> None:
    injection = injected([APP, ENVOY], networkMode="awsvpc")

    assert injection.sidecar is not None
    assert "user" not in injection.sidecar


@pytest.mark.parametrize(
    "environment",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"JAVA_TOOL_OPTIONS": "-javaagent:/otel/aws-opentelemetry-agent.jar"},
        {"NODE_OPTIONS": "--require @opentelemetry/auto-instrumentations-node/register"},
    ],
    ids=str,
)
def test_an_app_that_sends_otlp_is_named(
    reads_well: Callable[[object], bool], environment: Mapping[str, str]
) -> None:
    injection = injected([app_with(**environment)])

    (said,) = [one for one in injection.warnings if one.id == "ecs-xray:otlp-not-taken"]
    assert "--collector adot" in str(said.problem)
    assert next(iter(environment)) in str(said.problem)
    assert reads_well(said.problem)
    assert "ecs-xray:otlp-not-taken" not in ids(
        injected([app_with(**environment)], AdotCollector())
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://localhost:4318/v1/metrics"},
        {"JAVA_TOOL_OPTIONS": "-Xmx512m"},
    ],
    ids=str,
)
def test_an_app_that_sends_no_spans_is_not_named(environment: Mapping[str, str]) -> None:
    assert "ecs-xray:otlp-not-taken" not in ids(injected([app_with(**environment)]))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_proxy_on_the_way_out_is_named(name: str) -> None:
    injection = injected([app_with(**{name: "http://user:secret@proxy:3128"})])

    assert "ecs-xray:egress-proxy" in ids(injection)
    assert "ecs-xray:no-proxy" in ids(injection)
    assert "secret" not in " ".join(str(one.problem) for one in injection.warnings)


@pytest.mark.parametrize(
    ("mode", "exceptions", "warned"),
    [
        ("awsvpc", "169.254.170.2", True),
        ("awsvpc", "localhost", True),
        ("awsvpc", "169.254.170.2,127.0.0.1", False),
        ("awsvpc", "localhost 127.0.0.1:2000", False),
        ("awsvpc", "127.0.0.0/8", False),
        ("awsvpc", "*", False),
        ("awsvpc", "${NO_PROXY}", False),
        ("bridge", "127.0.0.1", True),
        ("bridge", "db, XRAY-daemon", False),
    ],
)
def test_the_collector_has_to_be_among_the_exceptions(
    *, mode: str, exceptions: str, warned: bool
) -> None:
    app = app_with(HTTP_PROXY="http://proxy:3128", no_proxy=exceptions)
    injection = injected([app], networkMode=mode)

    assert ("ecs-xray:no-proxy" in ids(injection)) == warned
    # What the user set stays.
    assert all(
        pair["name"].upper() != "NO_PROXY"
        for addition in injection.additions
        for pair in addition.items
        if "name" in pair
    )


def test_an_app_without_a_proxy_needs_no_exception() -> None:
    assert ids(injected([app_with(NO_PROXY="")])) == []
