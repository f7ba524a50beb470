"""Where OpenTelemetry's spans go: the rules of the daemon's address, for every variable."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cdk_ecs_xray.review.inventory import inventory
from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.templates.model import Stack
from tests.review.spoils import SPAN_ACTIONS, Find, Template, app, awsvpc, collector, of, spans

GENERIC = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
ITSELF = "https://xray.eu-west-1.amazonaws.com"
ADOT = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"


def configuration(grpc: str | None = "0.0.0.0:4317", http: str | None = "0.0.0.0:4318") -> str:
    protocols = {
        name: {"endpoint": endpoint}
        for name, endpoint in (("grpc", grpc), ("http", http))
        if endpoint is not None
    }
    pipeline = {
        "receivers": ["otlp"],
        "processors": ["resourcedetection"],
        "exporters": ["awsxray"],
    }
    return json.dumps(
        {
            "receivers": {"otlp": {"protocols": protocols}},
            "processors": {"resourcedetection": {"detectors": ["env", "ecs"]}},
            "exporters": {"awsxray": {}},
            "service": {"pipelines": {"traces": {**pipeline, "exporters": ["awsxray"]}}},
        }
    )


@pytest.fixture
def seen(
    right: Template, model: Callable[..., Sequence[Stack]], found: Find
) -> Callable[..., tuple[str, list[str]]]:
    """Return the verdict on an app with these variables, and the ids of errors and warnings."""

    def look(
        environment: Mapping[str, object], *, mode: str = "awsvpc", config: str | None = None
    ) -> tuple[str, list[str]]:
        if mode == "awsvpc":
            awsvpc(right)
        app(right)["Environment"] = [{"Name": n, "Value": v} for n, v in environment.items()]
        variables = [{"Name": "AWS_REGION", "Value": "eu-west-1"}]
        content = configuration() if config is None else config
        variables.append({"Name": "AOT_CONFIG_CONTENT", "Value": content})
        collector(right).update(Image=ADOT, Environment=variables, PortMappings=[], Command=[])
        (task,) = inventory(model(right))
        findings: Sequence[Finding] = found(right)
        return task.apps[0].outcome, [one.id for one in findings if one.severity != "note"]

    return look


@pytest.mark.parametrize(
    ("mode", "environment", "outcome", "ids"),
    [
        ("awsvpc", {GENERIC: "http://localhost:4318"}, "connected", []),
        ("awsvpc", {GENERIC: "localhost:4317"}, "connected", []),
        ("awsvpc", {GENERIC: "https://localhost:4317"}, "not-connected", ["otlp-mismatch"]),
        (
            "awsvpc",
            {TRACES: "HTTPS://127.0.0.1:4318/v1/traces"},
            "not-connected",
            ["otlp-mismatch"],
        ),
        ("bridge", {GENERIC: "https://xray:4317"}, "not-connected", ["otlp-mismatch"]),
        (
            "awsvpc",
            {"OTEL_TRACES_SAMPLER_ARG": "endpoint=http://localhost:2000", "OTEL_SERVICE_NAME": "a"},
            "connected",
            [],
        ),
        ("awsvpc", {GENERIC: ITSELF}, "not-connected", []),
        ("awsvpc", {TRACES: ITSELF}, "not-connected", []),
        ("awsvpc", {TRACES: "http://127.0.0.1:4318/v1/traces"}, "connected", []),
        ("bridge", {GENERIC: "http://xray:4317"}, "connected", []),
        ("awsvpc", {"OTEL_SERVICE_NAME": "orders"}, "connected", []),
        ("awsvpc", {"JAVA_TOOL_OPTIONS": "-javaagent:/otel/javaagent.jar"}, "connected", []),
        ("bridge", {GENERIC: "http://localhost:4317"}, "not-connected", ["localhost-in-bridge"]),
        ("bridge", {TRACES: "http://127.0.0.1:4317"}, "not-connected", ["localhost-in-bridge"]),
        ("bridge", {GENERIC: "http://0.0.0.0:4318"}, "not-connected", ["localhost-in-bridge"]),
        ("bridge", {"OTEL_SERVICE_NAME": "orders"}, "not-connected", ["address-missing"]),
        ("awsvpc", {GENERIC: "http://xray:4317"}, "not-connected", ["address-unanswered"]),
        ("awsvpc", {GENERIC: "http://localhost:4319"}, "not-connected", ["address-unanswered"]),
        ("awsvpc", {GENERIC: "http://0.0.0.0:4318"}, "connected", ["address-unspecified"]),
        ("awsvpc", {TRACES: "http://localhost:4318"}, "not-connected", ["otlp-mismatch"]),
        (
            "awsvpc",
            {GENERIC: "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
            "not-connected",
            ["otlp-mismatch"],
        ),
        ("awsvpc", {GENERIC: "https://api.honeycomb.io:443"}, "not-connected", []),
        ("awsvpc", {GENERIC: "http://gateway.internal:4317"}, "cannot-tell", []),
        ("awsvpc", {TRACES: "https://xray.eu-west-1.amazonaws.com/v1/traces"}, "cannot-tell", []),
        ("awsvpc", {GENERIC: {"Ref": "Endpoint"}}, "cannot-tell", []),
        (
            "awsvpc",
            {GENERIC: "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"},
            "not-connected",
            [],
        ),
        (
            "awsvpc",
            {GENERIC: "http://localhost:4318", "OTEL_TRACES_EXPORTER": "zipkin"},
            "cannot-tell",
            [],
        ),
        ("awsvpc", {"SHOP_COLLECTOR": "http://localhost:4317"}, "cannot-tell", []),
        ("awsvpc", {GENERIC: ""}, "connected", []),
    ],
)
def test_an_endpoint_leads_where_the_network_mode_lets_it(
    seen: Callable[..., tuple[str, list[str]]],
    mode: str,
    environment: Mapping[str, object],
    outcome: str,
    ids: list[str],
) -> None:
    assert seen(environment, mode=mode) == (outcome, ids)


@pytest.mark.parametrize(("scheme", "outcome"), [("https", "connected"), ("http", "not-connected")])
def test_a_receiver_with_a_certificate_takes_tls_only(
    seen: Callable[..., tuple[str, list[str]]], scheme: str, outcome: str
) -> None:
    content = json.loads(configuration())
    tls = {"cert_file": "/tls/cert.pem", "key_file": "/tls/key.pem"}
    content["receivers"]["otlp"]["protocols"]["http"]["tls"] = tls

    answer = seen({GENERIC: f"{scheme}://localhost:4318"}, config=json.dumps(content))

    assert answer[0] == outcome


def test_metrics_alone_are_a_warning(
    seen: Callable[..., tuple[str, list[str]]], right: Template, found: Find
) -> None:
    variable = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
    environment = {GENERIC: "http://xray:4318", variable: "http://localhost:4318/v1/metrics"}

    assert seen(environment, mode="bridge") == ("connected", ["localhost-in-bridge"])
    assert {one.severity for one in found(right) if one.id == "localhost-in-bridge"} == {"warning"}


def test_a_receiver_on_loopback_is_not_heard_over_a_link(
    seen: Callable[..., tuple[str, list[str]]],
) -> None:
    config = configuration(grpc="127.0.0.1:4317")

    assert seen({GENERIC: "http://xray:4317"}, mode="bridge", config=config) == (
        "not-connected",
        ["binds-loopback-in-bridge"],
    )


def test_what_the_collectors_configuration_does_not_show_is_left_open(
    seen: Callable[..., tuple[str, list[str]]], right: Template
) -> None:
    outcome, ids = seen({GENERIC: "http://localhost:4318"}, config="receivers: [")

    assert (outcome, ids) == ("cannot-tell", [])
    assert of(right)["NetworkMode"] == "awsvpc"


def other_backend() -> str:
    content: dict[str, Any] = json.loads(configuration())
    content["exporters"] = {"otlp/vendor": {"endpoint": "api.vendor.example:443"}}
    content["service"]["pipelines"]["traces"]["exporters"] = ["otlp/vendor"]
    return json.dumps(content)


def test_a_collector_of_another_backend_is_not_x_rays(
    seen: Callable[..., tuple[str, list[str]]],
) -> None:
    assert seen({GENERIC: "http://localhost:4317"}, config=other_backend()) == ("not-connected", [])


@pytest.mark.parametrize(("may_send_spans", "expected"), [(False, True), (True, False)])
def test_an_app_that_sends_to_x_ray_itself_needs_the_actions_of_spans(
    right: Template, found: Find, *, may_send_spans: bool, expected: bool
) -> None:
    spans(f"{ITSELF}/v1/traces", TRACES)(right)
    task, its_collector = of(right), collector(right)
    own = app(right)
    own.pop("Links", None)
    own.pop("DependsOn", None)
    task["ContainerDefinitions"] = [
        one for one in task["ContainerDefinitions"] if one is not its_collector
    ]
    if may_send_spans:
        SPAN_ACTIONS(right)

    ids = [finding.id for finding in found(right)]

    assert ("span-permissions-missing" in ids) == expected
