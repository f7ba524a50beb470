"""A variable that another of the owner's decides is not set beside it."""

from __future__ import annotations

import pytest

from cdk_ecs_xray import AdotCollector
from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.plan.wiring import PresentWiring, plan_environment

WANTED = named(AdotCollector().application_environment("127.0.0.1"), "shop")
TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
GENERAL = "OTEL_EXPORTER_OTLP_ENDPOINT"
EXPORTERS = {"OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"}
Variables = dict[str, str | None]

# What the app has, what is left out besides, and the variables that a warning names.
DECIDED: list[tuple[Variables, set[str], set[str]]] = [
    ({}, set(), set()),
    # Names.
    ({"OTEL_SERVICE_NAME": "mine"}, {"OTEL_SERVICE_NAME"}, set()),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=mine"}, {"OTEL_SERVICE_NAME"}, set()),
    ({"OTEL_RESOURCE_ATTRIBUTES": "a=b, service.name = x"}, {"OTEL_SERVICE_NAME"}, set()),
    ({"OTEL_RESOURCE_ATTRIBUTES": None}, {"OTEL_SERVICE_NAME"}, set()),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.namespace=x,team=service.name"}, set(), set()),
    # Endpoints: the owner's collector keeps all signals of its own.
    ({GENERAL: "http://10.0.0.9:4318"}, {TRACES, PROTOCOL, *EXPORTERS}, {GENERAL}),
    ({GENERAL: "https://vendor.example.com"}, {TRACES, PROTOCOL, *EXPORTERS}, {GENERAL}),
    ({GENERAL: None}, {TRACES, PROTOCOL, *EXPORTERS}, {GENERAL}),
    ({GENERAL: "http://127.0.0.1:9999"}, {TRACES, PROTOCOL, *EXPORTERS}, {GENERAL}),
    ({GENERAL: "not a url:x"}, {TRACES, PROTOCOL, *EXPORTERS}, {GENERAL}),
    # The collector's own, by hand: it takes traces alone.
    ({GENERAL: "http://127.0.0.1:4318"}, {TRACES}, set()),
    ({GENERAL: "http://localhost:4318/"}, {TRACES}, set()),
    ({GENERAL: "http://localhost:4317"}, {TRACES, PROTOCOL}, set()),
    ({TRACES: "http://localhost:4318/v1/traces"}, {TRACES}, set()),
    ({TRACES: "http://127.0.0.1:4317"}, {TRACES, PROTOCOL}, set()),
    ({TRACES: "http://10.0.0.9:4317"}, {TRACES, PROTOCOL}, {TRACES}),
    ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {PROTOCOL}, set()),
    # Other signals.
    ({"OTEL_METRICS_EXPORTER": "prometheus"}, {"OTEL_METRICS_EXPORTER"}, set()),
    (
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://10.0.0.9:4318/v1/metrics"},
        {"OTEL_METRICS_EXPORTER"},
        set(),
    ),
    ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": None}, {"OTEL_LOGS_EXPORTER"}, set()),
    # An argument belongs to its sampler.
    (
        {"OTEL_TRACES_SAMPLER": "always_on"},
        {"OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"},
        {"OTEL_TRACES_SAMPLER"},
    ),
    ({"OTEL_TRACES_SAMPLER": "xray"}, {"OTEL_TRACES_SAMPLER"}, set()),
    (
        {"OTEL_TRACES_SAMPLER_ARG": "0.1"},
        {"OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"},
        {"OTEL_TRACES_SAMPLER_ARG"},
    ),
    ({"OTEL_PROPAGATORS": "tracecontext"}, {"OTEL_PROPAGATORS"}, {"OTEL_PROPAGATORS"}),
]


@pytest.mark.parametrize(("present", "left_out", "warned"), DECIDED)
def test_what_the_owner_decided_stays_decided(
    present: Variables, left_out: set[str], warned: set[str]
) -> None:
    plan = plan_environment(PresentWiring(where="app", environment=present), WANTED)
    assert WANTED.keys() - plan.environment.keys() == left_out
    assert {one.problem.what.split()[0] for one in plan.warnings} == warned
    assert {one.id for one in plan.warnings} <= {"ecs-xray:environment-kept"}


def test_a_warning_about_the_endpoint_says_where_traces_would_go() -> None:
    present = PresentWiring(where="app", environment={GENERAL: "http://10.0.0.9:4318"})
    (warned,) = plan_environment(present, WANTED).warnings
    assert str(warned.problem) == (
        "app: OTEL_EXPORTER_OTLP_ENDPOINT is already set and stays as it is "
        "(got 'http://10.0.0.9:4318'). Tracing would use 'http://127.0.0.1:4318/v1/traces', "
        "remove yours to get that."
    )


def test_a_collector_without_open_telemetry_decides_nothing() -> None:
    wanted = {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"}
    present = PresentWiring(where="app", environment={GENERAL: "http://10.0.0.9:4318"})
    plan = plan_environment(present, wanted)
    assert (plan.environment, list(plan.warnings)) == (wanted, [])
