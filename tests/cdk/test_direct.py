"""Spans without a collector: what an app is given, and what cannot work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import ConfigurationError, NodeInstrumentation, XRayDirect, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Direct = Callable[..., "Synthesised"]
EVERYWHERE = {
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_PROPAGATORS": "baggage,xray,tracecontext",
    "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
    "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "false",
    "OTEL_SERVICE_NAME": "shop",
}


@pytest.fixture
def direct(
    synthesise: Callable[..., Synthesised],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
) -> Direct:
    def run(environment: Mapping[str, str] | None = None, **options: Any) -> Synthesised:
        def build(stack: cdk.Stack) -> None:
            task = ec2_task(stack)
            task.add_extension(XRayDirect(tracing_name="shop", **options))
            add_app(task, environment={} if environment is None else dict(environment))

        return synthesise(build)

    return run


@pytest.mark.parametrize(
    ("options", "of_its_own"),
    [
        ({"distribution": "node"}, {}),
        ({"distribution": "python", "botocore_in_image": True}, {}),
        ({"distribution": "java"}, {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip"}),
        (
            {"distribution": "dotnet"},
            {"OTEL_AWS_SIG_V4_ENABLED": "true", "OTEL_TRACES_EXPORTER": "none"},
        ),
    ],
)
def test_each_distribution_gets_what_it_needs_to_sign(
    direct: Direct,
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    options: dict[str, Any],
    of_its_own: dict[str, str],
) -> None:
    stack = direct(**options)
    (app,) = stack.containers().values()
    found = variables(app)
    endpoint = json.dumps(found.pop("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
    assert "https://xray." in endpoint
    assert endpoint.endswith('"/v1/traces"]]}')
    assert found == {**EVERYWHERE, "OTEL_TRACES_SAMPLER_ARG": "0.05", **of_its_own}
    assert '"xray:PutSpans", "xray:PutSpansForIndexing"' in json.dumps(stack.template)
    assert list(stack.warnings) == []


@pytest.mark.parametrize(("ratio", "shown"), [(0, "0"), (0.25, "0.25"), (1, "1")])
def test_a_ratio_decides_as_nothing_serves_rules(
    direct: Direct,
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    ratio: float,
    shown: str,
) -> None:
    (app,) = direct(distribution="node", sampling_ratio=ratio).containers().values()
    assert variables(app)["OTEL_TRACES_SAMPLER_ARG"] == shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distribution": "python"}, "botocore is required in the image of a Python app"),
        ({"distribution": "ruby"}, "distribution must be one of python, node, java, dotnet"),
        ({"distribution": "node", "sampling_ratio": 5}, "sampling_ratio must be between 0 and 1"),
        ({"distribution": "node", "sampling_ratio": -0.1}, "must be between 0 and 1"),
        ({"distribution": "node", "tracing_name": ""}, "must be a name"),
    ],
)
def test_what_cannot_work_is_refused_at_once(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        XRayDirect(**options)


PYTHON = {"distribution": "python", "botocore_in_image": True}
NODE, JAVA, DOTNET = ({"distribution": name} for name in ("node", "java", "dotnet"))
AUTHORIZED = "x=1, Authorization=Bearer abc"
REFUSED = [
    (NODE, {"OTEL_TRACES_SAMPLER": "xray"}, "OTEL_TRACES_SAMPLER must be"),
    (NODE, {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL must be"),
    (NODE, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x:4318"}, "TRACES_ENDPOINT must be"),
    (NODE, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318"}, "cannot be combined"),
    (PYTHON, {"OTEL_EXPORTER_OTLP_HEADERS": AUTHORIZED}, "must hold no Authorization header"),
    (PYTHON, {"OTEL_EXPORTER_OTLP_TRACES_HEADERS": AUTHORIZED}, "must hold no Authorization"),
    (JAVA, {"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be otlp"),
    (JAVA, {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, "TRACES_PROTOCOL must be"),
    (DOTNET, {"OTEL_TRACES_EXPORTER": "otlp"}, "OTEL_TRACES_EXPORTER must be none"),
    (DOTNET, {"OTEL_AWS_SIG_V4_ENABLED": "false"}, "OTEL_AWS_SIG_V4_ENABLED must be true"),
]


@pytest.mark.parametrize(("options", "environment", "message"), REFUSED)
def test_an_app_whose_variables_lose_its_spans_is_an_error(
    direct: Direct, options: dict[str, Any], environment: dict[str, str], message: str
) -> None:
    errors = [text for text in direct(environment, **options).errors if message in text]
    assert len(errors) == 1
    assert errors[0].startswith("[ecs-xray:not-traced]")


KEPT = [
    (NODE, {"OTEL_EXPORTER_OTLP_HEADERS": AUTHORIZED}),
    (NODE, {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}),
    (JAVA, {"OTEL_TRACES_EXPORTER": "otlp"}),
    (NODE, {"OTEL_TRACES_SAMPLER": "always_on"}),
    (DOTNET, {"OTEL_TRACES_EXPORTER": "none"}),
]


@pytest.mark.parametrize(("options", "environment"), KEPT)
def test_what_works_stays_as_it_is(
    direct: Direct,
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    options: dict[str, Any],
    environment: dict[str, str],
) -> None:
    stack = direct(environment, **options)
    assert list(stack.errors) == []
    (app,) = stack.containers().values()
    assert environment.items() <= variables(app).items()


@pytest.mark.parametrize("instrument", [None, NodeInstrumentation()], ids=["alone", "instrumented"])
@pytest.mark.parametrize("first", ["direct", "sidecar"])
def test_a_sidecar_beside_it_is_an_error(
    synthesise: Callable[..., Synthesised],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
    instrument: NodeInstrumentation | None,
    first: str,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        both: list[ecs.ITaskDefinitionExtension] = [
            XRayDirect(distribution="node"),
            XRayTracing(instrument=instrument),
        ]
        for extension in both if first == "direct" else reversed(both):
            task.add_extension(extension)
        add_app(task)

    (error,) = synthesise(build).errors
    assert "XRayDirect and XRayTracing cannot be combined" in error
