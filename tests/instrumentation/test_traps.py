"""Traps of the other CDK library that does this, aws-applicationsignals-alpha 2.275, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    DotNetInstrumentation,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    XRayTracing,
)

IMAGE = ecs.ContainerImage.from_registry("app:1")
Task = Callable[..., Mapping[str, Any]]


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
