"""Traps of the other CDK library that does this, aws-applicationsignals-alpha 2.275, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    DotNetInstrumentation,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    SidecarProfile,
    XRayTracing,
)

IMAGE = ecs.ContainerImage.from_registry("app:1")
Task = Callable[..., Mapping[str, Any]]
Synthesise = Callable[..., Any]


@pytest.fixture
def task_of(synthesise: Callable[..., Any]) -> Task:
    """Return the containers of an instrumented task in bridge mode."""

    def run(
        instrument: Instrumentation | Mapping[str, Instrumentation],
        own: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        def build(stack: cdk.Stack) -> None:
            task = ecs.Ec2TaskDefinition(stack, "Task")
            names = instrument if isinstance(instrument, Mapping) else ["web"]
            for name in names:
                variables = dict(own or {})
                task.add_container(name, image=IMAGE, memory_limit_mib=64, environment=variables)
            task.add_extension(XRayTracing(instrument=instrument))

        found: Mapping[str, Any] = synthesise(build).containers()
        return found

    return run


def on_fargate(
    instrument: Instrumentation,
    collector: Collector | None = None,
    *,
    profile: SidecarProfile = SidecarProfile.SAFE,
    arm64: bool = False,
) -> Callable[[cdk.Stack], None]:
    platform = ecs.RuntimePlatform(cpu_architecture=ecs.CpuArchitecture.ARM64) if arm64 else None

    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(
            stack, "Task", cpu=512, memory_limit_mib=1024, runtime_platform=platform
        )
        task.add_container("web", image=IMAGE)
        task.add_extension(XRayTracing(collector=collector, instrument=instrument, profile=profile))

    return build


X86 = DotNetInstrumentation(architecture="x86_64")


def test_existing_java_tool_options_do_not_keep_the_agent_out(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    web = task_of(JavaInstrumentation(), {"JAVA_TOOL_OPTIONS": "-Xmx64m"})["web"]

    assert variables(web)["JAVA_TOOL_OPTIONS"] == (
        "-Xmx64m -javaagent:/otel-auto-instrumentation-java/javaagent.jar"
    )


def test_existing_dotnet_startup_hooks_do_not_keep_the_agent_out(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    web = task_of(X86, {"DOTNET_STARTUP_HOOKS": "/own.dll"})["web"]

    hooks = variables(web)["DOTNET_STARTUP_HOOKS"].split(":")
    assert hooks[0] == "/own.dll"
    assert hooks[1].endswith("/OpenTelemetry.AutoInstrumentation.StartupHook.dll")


def test_endpoints_are_not_fixed_to_localhost_so_bridge_mode_works(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    web = task_of(PythonInstrumentation())["web"]

    assert variables(web)["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == (
        "http://aws-otel-collector:4318/v1/traces"
    )
    assert web["Links"] == ["aws-otel-collector"]
    assert not [value for value in variables(web).values() if re.search("localhost|127.0", value)]


def test_a_task_has_as_many_languages_as_it_wants(task_of: Task) -> None:
    containers = task_of({"a": PythonInstrumentation(), "b": NodeInstrumentation()})

    waits = {
        name: {one["ContainerName"] for one in containers[name]["DependsOn"]} for name in ("a", "b")
    }
    assert waits == {
        "a": {"aws-otel-collector", "adot-autoinstrumentation-python"},
        "b": {"aws-otel-collector", "adot-autoinstrumentation-node"},
    }


@pytest.mark.parametrize(
    ("instrumentation", "newest_there"),
    [
        (JavaInstrumentation(), (2, 10)),
        (PythonInstrumentation(), (0, 9)),
        (NodeInstrumentation(), (0, 6)),
        (X86, (1, 7)),
    ],
    ids=["java", "python", "node", "dotnet"],
)
def test_versions_are_pinned_and_not_those_of_2025(
    task_of: Task, instrumentation: Instrumentation, newest_there: tuple[int, int]
) -> None:
    containers = task_of(instrumentation)

    for name, container in containers.items():
        if name != "web":
            assert re.search(r":v[0-9]+\.[0-9]+\.[0-9]+$", container["Image"]), name
    tag = containers[f"adot-autoinstrumentation-{instrumentation.language}"]["Image"]
    numbers = re.search(r":v([0-9]+)\.([0-9]+)", tag)
    assert numbers is not None
    assert (int(numbers[1]), int(numbers[2])) > newest_there


def test_dotnet_gets_no_variables_that_nothing_reads(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    found = variables(task_of(X86)["web"])

    assert not {"OTEL_DOTNET_DISTRO", "OTEL_DOTNET_CONFIGURATOR"} & found.keys()


@pytest.mark.parametrize("collector", [AdotCollector(), CloudWatchAgent()], ids=["adot", "agent"])
def test_essential_false_is_not_swallowed(synthesise: Synthesise, collector: Collector) -> None:
    profile = replace(SidecarProfile.TERRAFORM, essential=False)

    stack = synthesise(on_fargate(PythonInstrumentation(), collector, profile=profile))

    containers = stack.containers()
    essential = {name: container["Essential"] for name, container in containers.items()}
    assert essential.pop("web") is True
    assert list(essential.values()) == [False, False]


def test_containers_beside_the_default_one_are_instrumented_too(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    instrumentation = PythonInstrumentation()

    containers = task_of({"web": instrumentation, "worker": instrumentation})

    assert "PYTHONPATH" in variables(containers["web"])
    assert "PYTHONPATH" in variables(containers["worker"])


def test_arm64_without_an_operating_system_does_not_get_files_for_x64(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    stack = synthesise(on_fargate(DotNetInstrumentation(), arm64=True))

    platform = stack.properties("AWS::ECS::TaskDefinition")["RuntimePlatform"]
    assert platform == {"CpuArchitecture": "ARM64"}
    path = variables(stack.containers()["web"])["CORECLR_PROFILER_PATH"]
    assert path.endswith("/linux-arm64/OpenTelemetry.AutoInstrumentation.Native.so")


def test_the_cloudwatch_agent_is_not_the_latest(synthesise: Synthesise) -> None:
    stack = synthesise(on_fargate(PythonInstrumentation(), CloudWatchAgent()))

    image = stack.containers()["cloudwatch-agent"]["Image"]
    assert re.search(r":[0-9]+\.[0-9]+\.[0-9]+b[0-9]+(@sha256:[0-9a-f]{64})?$", image)


def test_the_init_container_has_a_log_driver(task_of: Task) -> None:
    containers = task_of(PythonInstrumentation())

    init, collector = (
        containers[name]["LogConfiguration"]
        for name in ("adot-autoinstrumentation-python", "aws-otel-collector")
    )
    assert init == collector


def test_apps_of_es_modules_have_their_loader(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    options = variables(task_of(NodeInstrumentation(esm=True))["web"])["NODE_OPTIONS"]

    assert options.endswith(
        "--experimental-loader=/otel-auto-instrumentation-node/node_modules/@opentelemetry/"
        "instrumentation/hook.mjs"
    )


def test_musl_has_a_profiler_of_its_own(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    instrumentation = DotNetInstrumentation(architecture="arm64", libc="musl")

    path = variables(task_of(instrumentation)["web"])["CORECLR_PROFILER_PATH"]

    assert "/linux-musl-arm64/" in path


def test_application_signals_stay_off(
    task_of: Task, variables: Callable[..., dict[str, Any]]
) -> None:
    found = variables(task_of(PythonInstrumentation())["web"])

    assert found["OTEL_AWS_APPLICATION_SIGNALS_ENABLED"] == "false"
    assert found["OTEL_METRICS_EXPORTER"] == "none"
