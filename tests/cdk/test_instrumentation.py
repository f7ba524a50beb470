"""``instrument=`` of XRayTracing: what is added, joined, refused and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import AspectPriority, Aspects
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    ConfigurationError,
    DotNetInstrumentation,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    TracingOptions,
    XRayDaemon,
    XRayImageCache,
    XRayTracing,
    XRayTracingAspect,
)
from cdk_ecs_xray.inject.definition import read_definition
from cdk_ecs_xray.inject.injection import plan_injection
from cdk_ecs_xray.templates.spelling import as_cloudformation

IMAGE = ecs.ContainerImage.from_registry("app:1")
PYTHON = "adot-autoinstrumentation-python"
NODE = "adot-autoinstrumentation-node"
Synthesise = Callable[..., Any]


def fargate(
    tracing: XRayTracing | None = None, *, cpu: int = 512, memory: int = 1024, **containers: Any
) -> Callable[[cdk.Stack], None]:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=cpu, memory_limit_mib=memory)
        for name, options in (containers or {"web": {}}).items():
            task.add_container(name, image=IMAGE, **options)
        if tracing is not None:
            task.add_extension(tracing)

    return build


def test_an_init_container_a_volume_and_a_variable_that_loads_it(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    tracing = XRayTracing(instrument=PythonInstrumentation())

    stack = synthesise(fargate(tracing))

    task, containers = stack.properties("AWS::ECS::TaskDefinition"), stack.containers()
    assert task["Volumes"] == [{"Name": PYTHON}]
    path = "/otel-auto-instrumentation-python"
    init = containers[PYTHON]
    assert (init["Essential"], init["Cpu"], init["Memory"]) == (False, 0, 32)
    assert init["ReadonlyRootFilesystem"] is True
    assert init["Command"] == ["cp", "-a", "/autoinstrumentation/.", path]
    assert init["MountPoints"] == [
        {"ContainerPath": path, "SourceVolume": PYTHON, "ReadOnly": False}
    ]
    assert "Environment" not in init
    assert "DependsOn" not in init
    web = containers["web"]
    assert web["MountPoints"] == [{"ContainerPath": path, "SourceVolume": PYTHON, "ReadOnly": True}]
    assert {"Condition": "COMPLETE", "ContainerName": PYTHON} in web["DependsOn"]
    assert {"Condition": "START", "ContainerName": "aws-otel-collector"} in web["DependsOn"]
    assert variables(web)["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://127.0.0.1:4318/v1/traces"
    assert stack.errors == []


@pytest.mark.parametrize(
    ("instrumentation", "condition"),
    [
        (JavaInstrumentation(), "SUCCESS"),
        (NodeInstrumentation(), "SUCCESS"),
        (DotNetInstrumentation(), "SUCCESS"),
        (PythonInstrumentation(), "COMPLETE"),
    ],
    ids=["java", "node", "dotnet", "python"],
)
def test_an_app_waits_as_its_runtime_needs(
    synthesise: Synthesise, instrumentation: Instrumentation, condition: str
) -> None:
    stack = synthesise(fargate(XRayTracing(instrument=instrumentation)))

    name = f"adot-autoinstrumentation-{instrumentation.language}"
    assert {"Condition": condition, "ContainerName": name} in stack.containers()["web"]["DependsOn"]


def test_two_apps_of_one_language_share_what_is_loaded(synthesise: Synthesise) -> None:
    stack = synthesise(fargate(XRayTracing(instrument=NodeInstrumentation()), a={}, b={}))

    assert [name for name in stack.containers() if name.startswith("adot-")] == [NODE]
    for name in ("a", "b"):
        (mount,) = stack.containers()[name]["MountPoints"]
        assert mount["SourceVolume"] == NODE


def test_the_same_container_as_inject_adds(synthesise: Synthesise) -> None:
    instrument: Mapping[str, Instrumentation] = {
        "a": PythonInstrumentation(memory_mib=48),
        "b": NodeInstrumentation(esm=True),
    }
    stack = synthesise(
        fargate(XRayTracing(instrument=instrument, logging="none"), a={}, b={}),
    )
    file = {
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "a", "image": "a"}, {"name": "b", "image": "b"}],
    }
    options = TracingOptions(
        collector=AdotCollector(), instrument=instrument, region="eu-west-1", writes_log=False
    )

    injection = plan_injection(read_definition(file, where="file"), options)

    added = {
        item["name"]: item
        for addition in injection.additions
        for item in addition.items
        if "image" in item
    }
    for name in (PYTHON, NODE):
        (expected,) = as_cloudformation({"containerDefinitions": [added[name]]})[
            "ContainerDefinitions"
        ]
        assert stack.containers()[name] == expected


def test_only_the_containers_that_are_named(synthesise: Synthesise) -> None:
    stack = synthesise(fargate(XRayTracing(instrument={"a": NodeInstrumentation()}), a={}, b={}))

    assert "MountPoints" in stack.containers()["a"]
    assert "MountPoints" not in stack.containers()["b"]


def test_a_function_chooses(synthesise: Synthesise) -> None:
    def choose(container: ecs.ContainerDefinition) -> Instrumentation | None:
        return PythonInstrumentation() if container.container_name == "b" else None

    stack = synthesise(fargate(XRayTracing(instrument=choose), a={}, b={}))

    assert "MountPoints" not in stack.containers()["a"]
    assert "MountPoints" in stack.containers()["b"]


def test_a_name_that_no_container_has_fails_the_synthesis(synthesise: Synthesise) -> None:
    stack = synthesise(fargate(XRayTracing(instrument={"wbe": NodeInstrumentation()})))

    (error,) = stack.errors
    assert "[ecs-xray:not-instrumented]" in error
    assert "container 'wbe' to instrument not found" in error


def test_the_daemon_takes_no_spans() -> None:
    with pytest.raises(ConfigurationError, match="must have a collector that takes OTLP"):
        XRayTracing(collector=XRayDaemon(), instrument=PythonInstrumentation())


def test_the_cloudwatch_agent_does(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    tracing = XRayTracing(collector=CloudWatchAgent(), instrument=PythonInstrumentation())

    stack = synthesise(fargate(tracing))

    assert "cloudwatch-agent" in stack.containers()
    assert "PYTHONPATH" in variables(stack.containers()["web"])


def test_the_aspect_instruments_a_whole_app(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        fargate()(stack)
        aspect = XRayTracingAspect(tracing=XRayTracing(instrument=PythonInstrumentation()))
        Aspects.of(stack).add(aspect, priority=AspectPriority.MUTATING)

    stack = synthesise(build)

    assert PYTHON in stack.containers()
    assert "MountPoints" in stack.containers()["web"]


def test_the_image_cache_serves_the_init_image_too(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        cache = XRayImageCache(stack, "Cache")
        fargate(XRayTracing(instrument=PythonInstrumentation(), image_cache=cache))(stack)

    stack = synthesise(build)

    assert "ecr-public/aws-observability/adot-autoinstrumentation-python" in str(
        stack.containers()[PYTHON]["Image"]
    )
    policies = str(stack.resources("AWS::IAM::Policy"))
    assert "repository/ecr-public/aws-observability/adot-autoinstrumentation-python" in policies


def test_arm64_of_the_task_reaches_dotnet(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    def build(stack: cdk.Stack) -> None:
        platform = ecs.RuntimePlatform(cpu_architecture=ecs.CpuArchitecture.ARM64)
        task = ecs.FargateTaskDefinition(
            stack, "Task", memory_limit_mib=1024, runtime_platform=platform
        )
        task.add_container("web", image=IMAGE)
        task.add_extension(XRayTracing(instrument=DotNetInstrumentation()))

    found = variables(synthesise(build).containers()["web"])

    assert "/linux-arm64/" in found["CORECLR_PROFILER_PATH"]


def test_a_processor_that_nothing_names_is_told(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.Ec2TaskDefinition(stack, "Task")
        task.add_container("web", image=IMAGE, memory_limit_mib=64)
        task.add_extension(XRayTracing(instrument=DotNetInstrumentation()))

    (warning,) = synthesise(build).warnings

    assert "the processor is required for .NET" in warning


def test_a_users_own_language(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    from cdk_ecs_xray.instrumentation import AppPlace
    from cdk_ecs_xray.plan.instrumentation import Agent, Joined

    class Ruby:
        language = "ruby"

        def agent(self, place: AppPlace) -> Agent:
            assert place.architecture == "x86_64"
            return Agent(
                language=self.language,
                image="mirror/ruby:1",
                command=("cp", "-a", "/gems/.", "/gems"),
                path="/gems",
                memory_mib=16,
                starts_after="SUCCESS",
                joined=(Joined(name="RUBYOPT", separator=" ", after="-r/gems/all"),),
                environment={},
            )

    stack = synthesise(
        fargate(XRayTracing(instrument=Ruby()), web={"environment": {"RUBYOPT": "-w"}})
    )

    assert variables(stack.containers()["web"])["RUBYOPT"] == "-w -r/gems/all"
    assert stack.containers()["adot-autoinstrumentation-ruby"]["Image"] == "mirror/ruby:1"


def test_synthesis_is_the_same_twice(synthesise: Synthesise) -> None:
    def once() -> Mapping[str, Any]:
        template: Mapping[str, Any] = synthesise(
            fargate(XRayTracing(instrument={"web": PythonInstrumentation()}))
        ).template
        return template

    assert once() == once()
