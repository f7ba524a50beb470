"""``application_signals=True``: its variables, its collector, and what does not go with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    ConfigurationError,
    DotNetInstrumentation,
    EcsXRayError,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    Placement,
    PythonInstrumentation,
    XRayDaemon,
    XRayTracing,
)
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.recognition import recognize
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.plan.network import NETWORKS

AGENT = "cloudwatch-agent"
ENABLED = "OTEL_AWS_APPLICATION_SIGNALS_ENABLED"
METRICS = "OTEL_AWS_APPLICATION_SIGNALS_EXPORTER_ENDPOINT"
TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
GROUP = "/aws/application-signals/data"
ROLE = "arn:aws:iam::444455556666:role/traces"
SIGNALS: Mapping[str, Instrumentation] = {
    "python": PythonInstrumentation(application_signals=True),
    "node": NodeInstrumentation(application_signals=True),
    "java": JavaInstrumentation(application_signals=True),
    "dotnet": DotNetInstrumentation(architecture="x86_64", application_signals=True),
}
PLAIN = "plain"


def placed(mode: str) -> Placement:
    return Placement(network=NETWORKS[mode], region="eu-west-1", memory_mib=256)


@pytest.fixture(scope="module")
def stacks(assemble: Callable[..., Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return stacks of one app: tasks in each network mode, and what is warned of."""
    image = ecs.ContainerImage.from_registry("app:1")

    def fill(app: cdk.App) -> None:
        task = ecs.Ec2TaskDefinition(cdk.Stack(app, "Bridge"), "Task")
        for name in (*SIGNALS, PLAIN):
            own = {"JAVA_TOOL_OPTIONS": "-Xmx64m"} if name == "java" else {}
            task.add_container(name, image=image, memory_limit_mib=64, environment=own)
        instrument = {**SIGNALS, PLAIN: PythonInstrumentation()}
        task.add_extension(XRayTracing(instrument=instrument))
        task = ecs.Ec2TaskDefinition(
            cdk.Stack(app, "Host"), "Task", network_mode=ecs.NetworkMode.HOST
        )
        task.add_container("web", image=image, memory_limit_mib=64)
        task.add_extension(XRayTracing(instrument=SIGNALS["node"]))
        fargate = ecs.FargateTaskDefinition(
            cdk.Stack(app, "Chosen"), "Task", cpu=512, memory_limit_mib=1024
        )
        fargate.add_container("web", image=image)
        fargate.add_extension(
            XRayTracing(collector=CloudWatchAgent(), instrument=lambda _: SIGNALS["node"])
        )

    return assemble(fill)


@pytest.mark.parametrize("language", SIGNALS)
def test_each_language_sends_metrics_and_traces_to_the_agent_over_the_link(
    stacks: Mapping[str, Any], variables: Callable[..., dict[str, Any]], language: str
) -> None:
    # Endpoints fixed to localhost leave bridge mode without traces.
    container = stacks["Bridge"].containers()[language]
    found = variables(container)

    assert {name: found[name] for name in (ENABLED, METRICS, TRACES)} == {
        ENABLED: "true",
        METRICS: f"http://{AGENT}:4316/v1/metrics",
        TRACES: f"http://{AGENT}:4316/v1/traces",
    }
    assert found["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf"
    assert found["OTEL_METRICS_EXPORTER"] == found["OTEL_LOGS_EXPORTER"] == "none"
    assert found["OTEL_AWS_SERVICE_EVENTS_ENABLED"] == "false"
    assert found["OTEL_TRACES_SAMPLER"] == "xray"
    assert found["OTEL_TRACES_SAMPLER_ARG"].startswith(f"endpoint=http://{AGENT}:2000")
    assert "AWS_XRAY_DAEMON_ADDRESS" not in found
    assert container["Links"] == [AGENT]


def test_plain_tracing_stays_plain_beside_it(
    stacks: Mapping[str, Any], variables: Callable[..., dict[str, Any]]
) -> None:
    found = variables(stacks["Bridge"].containers()[PLAIN])

    assert found[ENABLED] == "false"
    assert METRICS not in found
    assert "OTEL_AWS_SERVICE_EVENTS_ENABLED" not in found
    assert found[TRACES] == f"http://{AGENT}:4316/v1/traces"


def test_existing_java_tool_options_do_not_keep_application_signals_out(
    stacks: Mapping[str, Any], variables: Callable[..., dict[str, Any]]
) -> None:
    found = variables(stacks["Bridge"].containers()["java"])

    assert found["JAVA_TOOL_OPTIONS"].startswith("-Xmx64m -javaagent:")


def test_the_agent_of_application_signals_is_neither_latest_nor_essential(
    stacks: Mapping[str, Any],
) -> None:
    agent = stacks["Bridge"].containers()[AGENT]

    assert re.search(r":[0-9]+\.[0-9]+\.[0-9]+b[0-9]+$", agent["Image"])
    assert agent["Essential"] is False
    # TCP 2000 signs X-Ray requests, so nothing of it is published.
    assert "PortMappings" not in agent


def test_the_task_role_writes_to_the_group_of_application_signals_and_no_other(
    stacks: Mapping[str, Any],
) -> None:
    document = stacks["Bridge"].template["Resources"]
    policies = [
        statement
        for resource in document.values()
        if resource["Type"] == "AWS::IAM::Policy" and "TaskRole" in str(resource["Properties"])
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]
    written = [one for one in policies if "logs:CreateLogGroup" in one["Action"]]

    (statement,) = written
    assert set(statement["Action"]) == {
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    assert f":log-group:{GROUP}:*" in json.dumps(statement["Resource"])


def test_host_mode_is_refused_where_anybody_would_reach_the_signing_port(
    stacks: Mapping[str, Any],
) -> None:
    (error,) = stacks["Host"].errors

    assert "network_mode must be awsvpc or bridge with application_signals" in error
    assert "(got 'host')" in error


def test_a_function_that_chooses_them_needs_an_agent_that_was_made_for_them(
    stacks: Mapping[str, Any], variables: Callable[..., dict[str, Any]]
) -> None:
    stack = stacks["Chosen"]

    assert any("must have a collector that takes them" in one for one in stack.warnings)
    assert ENABLED not in variables(stack.containers()["web"])


@pytest.mark.parametrize("mode", ["bridge", "awsvpc"])
@pytest.mark.parametrize("role", [None, ROLE])
def test_the_agents_sections_ports_and_permissions(mode: str, role: str | None) -> None:
    described = CloudWatchAgent(application_signals=True, role_arn=role).describe(placed(mode))
    config = json.loads(described.environment["CW_CONFIG_CONTENT"])

    credentials = {} if role is None else {"credentials": {"role_arn": role}}
    assert config == {
        "agent": {"region": "eu-west-1", **credentials},
        "traces": {"traces_collected": {"application_signals": {}}, "local_mode": True},
        "logs": {"metrics_collected": {"application_signals": {}}},
    }
    opened = {(ports.numbers.start, ports.transport) for ports in opened_by(described)}
    assert opened == {(2000, "tcp"), (4315, "tcp"), (4316, "tcp")}
    assert described.written_log_groups == (GROUP,)
    assert CloudWatchAgent().describe(placed(mode)).written_log_groups == ()


def test_the_agent_is_recognized_with_its_receivers_and_rules() -> None:
    described = CloudWatchAgent(application_signals=True).describe(placed("awsvpc"))

    found = recognize(Evidence(image=described.image, environment=described.environment))

    assert found is not None
    assert found.collects_traces
    assert found.protocols == {"otlp"}
    assert found.listening.sampling == "0.0.0.0:2000"
    assert {one.endpoint for one in found.listening.spans} == {"0.0.0.0:4315", "0.0.0.0:4316"}


@pytest.mark.parametrize("collector", [XRayDaemon(), AdotCollector()], ids=["daemon", "adot"])
def test_collectors_without_application_signals_are_refused(collector: Collector) -> None:
    with pytest.raises(ConfigurationError, match=r"must have a collector that takes them") as found:
        XRayTracing(collector=collector, instrument={"web": SIGNALS["python"]})

    (problem,) = found.value.problems
    assert problem.got == collector.container_name
    assert "CloudWatchAgent(application_signals=True)" in problem.fix


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exporter": "otlp"}, "exporter 'otlp' and application_signals cannot be combined"),
        ({"exporter": "both"}, "exporter 'both' and application_signals cannot be combined"),
        (
            {"config": {"traces": {"traces_collected": {"xray": {}}}}},
            "config and application_signals cannot be combined",
        ),
    ],
)
def test_options_of_the_agent_that_do_not_go_with_them(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        XRayTracing(collector=CloudWatchAgent(**options), instrument=SIGNALS["java"])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, AGENT),
        ({"collector": AGENT}, AGENT),
        ({"collector": "adot"}, "must have a collector that takes them"),
        ({"collector": AGENT, "exporter": "otlp"}, "application_signals cannot be combined"),
    ],
    ids=["default", "agent", "adot", "otlp"],
)
def test_an_environment_takes_the_collector_that_they_need(
    tmp_path: Path, keys: dict[str, Any], expected: str
) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [{name: all, priority: 1, fixed_rate: 0.1}]\n")
    service = {
        "name": "web",
        "image": "app:1",
        "cluster": "shared",
        "instrument": {"language": "python", "application_signals": True},
    }
    content = {
        "name": "dev",
        "namespace": "shop",
        "sampling_rules": "rules.yaml",
        "vpc": {"id": "vpc-00000001", "subnets": ["subnet-00000001", "subnet-00000002"]},
        "services": [service],
        **keys,
    }
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(content))
    if expected != AGENT:
        with pytest.raises(EcsXRayError, match=expected):
            Environment.from_file(tmp_path / "dev.yaml")
        return

    environment = Environment.from_file(tmp_path / "dev.yaml")

    file = environment.task_definition(environment.services[0])
    assert isinstance(file.options.collector, CloudWatchAgent)
    assert file.options.collector.application_signals is True
