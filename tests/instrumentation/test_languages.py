"""What each language loads, and what its options reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    ConfigurationError,
    DotNetInstrumentation,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    XRayDaemon,
)
from cdk_ecs_xray.instrumentation import AppPlace
from cdk_ecs_xray.instrumentation.choice import collector_for
from cdk_ecs_xray.instrumentation.languages import LANGUAGES, every_agent
from cdk_ecs_xray.plan.instrumentation import Agent, Joined

X86 = AppPlace(where="task", architecture="x86_64")
ARM = AppPlace(where="task", architecture="arm64")
NOWHERE = AppPlace(where="task", architecture=None)
GALLERY = "public.ecr.aws/aws-observability/adot-autoinstrumentation-"


def values(agent: Agent, present: str = "") -> dict[str, str]:
    return {joined.name: joined.around(present) for joined in agent.joined}


@pytest.mark.parametrize(
    ("instrumentation", "image", "command", "memory", "loads"),
    [
        (
            PythonInstrumentation(),
            "python:v0.19.0",
            ("cp", "-a", "/autoinstrumentation/.", "/otel-auto-instrumentation-python"),
            32,
            {
                "PYTHONPATH": "/otel-auto-instrumentation-python/opentelemetry/instrumentation/"
                "auto_instrumentation:OWN:/otel-auto-instrumentation-python"
            },
        ),
        (
            NodeInstrumentation(),
            "node:v0.12.0",
            ("cp", "-a", "/autoinstrumentation/.", "/otel-auto-instrumentation-node"),
            128,
            {
                "NODE_OPTIONS": "OWN --require "
                "/otel-auto-instrumentation-node/autoinstrumentation.js"
            },
        ),
        (
            JavaInstrumentation(),
            "java:v2.30.0",
            ("cp", "-a", "/javaagent.jar", "/otel-auto-instrumentation-java/javaagent.jar"),
            64,
            {"JAVA_TOOL_OPTIONS": "OWN -javaagent:/otel-auto-instrumentation-java/javaagent.jar"},
        ),
        (
            DotNetInstrumentation(),
            "dotnet:v1.15.0",
            ("cp", "-a", "/autoinstrumentation/.", "/otel-auto-instrumentation-dotnet"),
            128,
            {
                "DOTNET_STARTUP_HOOKS": "OWN:/otel-auto-instrumentation-dotnet/net/"
                "OpenTelemetry.AutoInstrumentation.StartupHook.dll",
                "DOTNET_ADDITIONAL_DEPS": "OWN:/otel-auto-instrumentation-dotnet/AdditionalDeps",
                "DOTNET_SHARED_STORE": "OWN:/otel-auto-instrumentation-dotnet/store",
            },
        ),
    ],
    ids=["python", "node", "java", "dotnet"],
)
def test_what_aws_documents_for_each_language(
    instrumentation: Instrumentation,
    image: str,
    command: tuple[str, ...],
    memory: int,
    loads: dict[str, str],
) -> None:
    agent = instrumentation.agent(X86)

    assert agent.image == f"{GALLERY}{image}"
    assert (tuple(agent.command), agent.memory_mib) == (command, memory)
    assert values(agent, "OWN") == loads
    assert agent.environment["OTEL_AWS_APPLICATION_SIGNALS_ENABLED"] == "false"
    assert agent.environment["OTEL_TRACES_EXPORTER"] == "otlp"


@pytest.mark.parametrize("make", LANGUAGES.values(), ids=LANGUAGES)
def test_an_image_of_ones_own_mirror(make: Callable[..., Instrumentation]) -> None:
    digest = f"sha256:{'0' * 64}"

    agent = make(registry="mirror/x", version="v9.1.0", digest=digest, memory_mib=6).agent(X86)

    assert agent.image.startswith("mirror/x/aws-observability/adot-autoinstrumentation-")
    assert agent.image.endswith(f":v9.1.0@{digest}")
    assert agent.memory_mib == 6


@pytest.mark.parametrize("make", LANGUAGES.values(), ids=LANGUAGES)
def test_all_wrong_values_are_told_at_once(make: Callable[..., Instrumentation]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        make(version="latest", memory_mib=0)

    assert [problem.got for problem in refused.value.problems] == ["'latest'", "0"]


def test_python_names_its_distribution() -> None:
    environment = PythonInstrumentation().agent(X86).environment

    assert environment["OTEL_PYTHON_DISTRO"] == "aws_distro"
    assert environment["OTEL_PYTHON_CONFIGURATOR"] == "aws_configurator"


@pytest.mark.parametrize(
    ("libc", "place", "folder"),
    [
        ("glibc", X86, "linux-x64"),
        ("glibc", ARM, "linux-arm64"),
        ("musl", X86, "linux-musl-x64"),
        ("musl", ARM, "linux-musl-arm64"),
    ],
)
def test_dotnet_has_a_profiler_for_processor_and_libc(
    libc: str, place: AppPlace, folder: str
) -> None:
    agent = LANGUAGES["dotnet"](libc=libc).agent(place)

    assert agent.environment["CORECLR_PROFILER_PATH"] == (
        f"/otel-auto-instrumentation-dotnet/{folder}/OpenTelemetry.AutoInstrumentation.Native.so"
    )
    assert agent.environment["CORECLR_ENABLE_PROFILING"] == "1"


def test_dotnet_asks_for_the_processor_that_nothing_names() -> None:
    with pytest.raises(ConfigurationError, match="the processor is required"):
        DotNetInstrumentation().agent(NOWHERE)

    agent = DotNetInstrumentation(architecture="arm64").agent(NOWHERE)
    assert "linux-arm64" in agent.environment["CORECLR_PROFILER_PATH"]


def test_dotnet_has_no_files_for_arm64_up_to_1_13() -> None:
    old = DotNetInstrumentation(version="v1.13.0")

    with pytest.raises(ConfigurationError, match="on arm64"):
        old.agent(ARM)
    assert old.agent(X86).image.endswith(":v1.13.0")


@pytest.mark.parametrize("option", [{"libc": "uclibc"}, {"architecture": "riscv"}])
def test_dotnet_refuses_what_it_would_say_nothing_about(option: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="must be one of"):
        LANGUAGES["dotnet"](**option)


@pytest.mark.parametrize("agent", every_agent(), ids=lambda agent: agent.language)
@pytest.mark.parametrize("own", ["", "OWN", "a:b c"])
def test_what_was_joined_comes_apart_again(agent: Agent, own: str) -> None:
    for joined in agent.joined:
        value = joined.around(own)
        assert joined.apart(value) == own
        assert joined.apart(f"{value}x") is None
        assert joined.apart("OTHER") is None


def test_a_value_is_ours_only_with_both_its_ends() -> None:
    joined = Joined(name="PATHS", separator=":", before="/a", after="/b")

    assert joined.apart("/a:x") is None
    assert joined.apart("x:/b") is None
    assert joined.apart("/axx:/b") is None


def test_a_collector_that_takes_otlp_is_the_default_and_a_must() -> None:
    assert isinstance(collector_for(None, instrumented=False, where="x"), XRayDaemon)
    assert isinstance(collector_for(None, instrumented=True, where="x"), AdotCollector)
    agent = CloudWatchAgent()
    assert collector_for(agent, instrumented=True, where="x") is agent
    with pytest.raises(ConfigurationError, match="must have a collector that takes OTLP"):
        collector_for(XRayDaemon(), instrumented=True, where="x")
