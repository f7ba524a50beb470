"""``inject`` with ``instrument``: added, added once, and taken out to the last byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    DotNetInstrumentation,
    EcsXRayError,
    Instrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
)
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.inject import TracingOptions, trace_text, untrace_text
from tests.inject.task_texts import LAYOUTS, tasks, written

PYTHON = "adot-autoinstrumentation-python"
PATH = "/otel-auto-instrumentation-python"
LOADER = f"{PATH}/opentelemetry/instrumentation/auto_instrumentation"
LANGUAGES: Mapping[str, Instrumentation] = {
    "python": PythonInstrumentation(),
    "node": NodeInstrumentation(),
    "esm": NodeInstrumentation(esm=True),
    "java": JavaInstrumentation(),
    "dotnet": DotNetInstrumentation(libc="musl", architecture="arm64"),
}


def options_for(instrument: Any = LANGUAGES["python"], **more: Any) -> TracingOptions:
    return TracingOptions(
        **{"collector": AdotCollector(), "region": "eu-west-1", "writes_log": False, **more},
        instrument=instrument,
    )


def task(*containers: Mapping[str, Any], **fields: Any) -> str:
    named = [{"name": f"c{at}", "image": "app:1", **one} for at, one in enumerate(containers)]
    return json.dumps({"family": "shop", "containerDefinitions": named, **fields}, indent=2) + "\n"


def traced(text: str, options: TracingOptions, name: str = "task.json") -> Any:
    return json.loads(trace_text(text, where=name, options=options).text)


def named(content: Any, name: str) -> Any:
    return next(one for one in content["containerDefinitions"] if one["name"] == name)


def variables(container: Any) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in container["environment"]}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=tasks,
    instrument=st.sampled_from(list(LANGUAGES.values())),
    collector=st.sampled_from([AdotCollector(), CloudWatchAgent()]),
    layout=st.sampled_from(LAYOUTS),
    own=st.sampled_from([None, "", "/srv", "${A} b"]),
)
def test_the_original_bytes_are_back(
    content: Any,
    instrument: Instrumentation,
    collector: AdotCollector | CloudWatchAgent,
    layout: str,
    own: str | None,
) -> None:
    found = content["containerDefinitions"] if isinstance(content, dict) else []
    environment = found[0].get("environment") if found else None
    if own is not None and isinstance(environment, list):
        names = ("PYTHONPATH", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "DOTNET_SHARED_STORE")
        present = {pair.get("name") for pair in environment if isinstance(pair, dict)}
        pairs = [{"name": name, "value": own} for name in names if name not in present]
        first = {**found[0], "environment": [*environment, *pairs]}
        content = {**content, "containerDefinitions": [first, *found[1:]]}
    name, text = written(content, layout)
    options = options_for(instrument, collector=collector)
    try:
        once = trace_text(text, where=name, options=options).text
    except EcsXRayError:
        reject()

    assert trace_text(once, where=name, options=options).text == once
    assert untrace_text(once, where=name).text == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"containerDefinitions":[{"name":"a","image":"i"}]}'),
        ("a.json", '{"containerDefinitions": [{"name": "a", "image": "i"}], "volumes": []}'),
        ("a.json", '{"containerDefinitions": [{"name": "a", "mountPoints": null, "image": "i"}]}'),
        (
            "a.json",
            '{"volumes": [ {"name": "v"} ], "containerDefinitions": [{"name": "a", "environment":\n'
            '[{"name": "PYTHONPATH", "value": "\\u002fsrv"}, {"name": "NODE_OPTIONS", "value": ""},'
            '\n{"value": "-Xmx1m", "name": "JAVA_TOOL_OPTIONS"}]}]}\n',
        ),
        (
            "a.yaml",
            "volumes: []  # none\ncontainerDefinitions:\n- name: a\n  environment:\n"
            "  - name: PYTHONPATH\n    value: /srv   # ours\n  - {name: NODE_OPTIONS, value: -x}\n"
            '  - name: JAVA_TOOL_OPTIONS\n    value: "-Da=\\"b\\""\n  mountPoints:\n'
            "  - sourceVolume: v\n    containerPath: /v\n",
        ),
        ("a.yaml", "family: f\ncontainerDefinitions:\n  - name: a\n    image: i"),
    ],
)
def test_layouts_survive(name: str, text: str, language: str) -> None:
    options = options_for(LANGUAGES[language])

    once = trace_text(text, where=name, options=options).text

    assert once != text
    assert untrace_text(once, where=name).text == text


def test_what_the_app_has_is_joined_and_the_rest_is_added() -> None:
    text = task({"environment": [{"name": "PYTHONPATH", "value": "${ROOT}/app"}]})

    content = traced(text, options_for())

    app = named(content, "c0")
    assert variables(app)["PYTHONPATH"] == f"{LOADER}:${{ROOT}}/app:{PATH}"
    assert variables(app)["OTEL_PYTHON_DISTRO"] == "aws_distro"
    assert app["mountPoints"] == [{"sourceVolume": PYTHON, "containerPath": PATH, "readOnly": True}]
    assert {"containerName": PYTHON, "condition": "COMPLETE"} in app["dependsOn"]
    assert content["volumes"] == [{"name": PYTHON}]
    assert named(content, PYTHON)["readonlyRootFilesystem"] is True


def test_a_variable_without_a_value_is_as_good_as_none() -> None:
    text = task({"environment": [{"name": "PYTHONPATH"}]})

    assert variables(named(traced(text, options_for()), "c0"))["PYTHONPATH"] == f"{LOADER}:{PATH}"


def test_the_log_of_the_init_container_is_the_collectors() -> None:
    options = options_for(writes_log=True, log_group="/ecs/shop")

    content = traced(task({}), options)

    init, sidecar = (named(content, name) for name in (PYTHON, "aws-otel-collector"))
    assert init["logConfiguration"] == sidecar["logConfiguration"]


def test_a_task_on_fargate_grows_for_both_where_that_is_wanted() -> None:
    fields = {
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
    }
    text = task({"memoryReservation": 256}, **fields)
    with pytest.raises(EcsXRayError, match=r"memory of all containers must be at most"):
        traced(text, options_for())

    content = traced(text, options_for(size_to_fit=True))

    assert content["memory"] == "1024"


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ('[{"name": "a"}]', {"network_mode": "bridge"}, "a whole task definition"),
        (task({}), {"instrument": {"x": LANGUAGES["node"]}}, "container 'x' to instrument not"),
        (task({}), {"instrument": DotNetInstrumentation()}, "the processor is required for .NET"),
        (task({"name": PYTHON}, {}), {}, f"the name '{PYTHON}' must be free"),
        (task({}, volumes=[{"name": PYTHON, "host": {"sourcePath": "/"}}]), {}, "must be free"),
        (task({}, volumes="${VOLUMES}"), {}, "volumes must be a list"),
        (task({"mountPoints": "${MOUNTS}"}), {}, "mountPoints must be a list"),
        (
            task({"mountPoints": [{"containerPath": PATH, "sourceVolume": "own"}]}),
            {},
            f"containerPath '{PATH}' must be free",
        ),
        (
            task({}, {}),
            {
                "instrument": {
                    "c0": LANGUAGES["node"],
                    "c1": NodeInstrumentation(version="v0.11.0"),
                }
            },
            "one version for node",
        ),
        (task(*[{}] * 9), {}, "at most 10 containers"),
    ],
)
def test_what_cannot_be_instrumented_is_refused(
    text: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(EcsXRayError) as refused:
        trace_text(text, where="task.json", options=options_for(**options))

    assert told in str(refused.value)


def test_a_secret_keeps_one_app_out_and_not_the_other() -> None:
    secret = [{"name": "NODE_OPTIONS", "valueFrom": "/a"}]

    result = trace_text(
        task({"secrets": secret}, {}), where="t.json", options=options_for(LANGUAGES["node"])
    )

    assert [warned.id for warned in result.injection.warnings][:1] == ["ecs-xray:not-instrumented"]
    content = json.loads(result.text)
    assert "mountPoints" not in named(content, "c0")
    assert "mountPoints" in named(content, "c1")


@pytest.mark.parametrize(
    "more",
    [
        {"dependsOn": [{"containerName": PYTHON, "condition": "COMPLETE"}]},
        {"mountPoints": [{"sourceVolume": PYTHON, "containerPath": "/x"}]},
    ],
)
def test_nothing_is_taken_from_under_a_container_that_needs_it(more: dict[str, Any]) -> None:
    content = traced(task({}), options_for())
    content["containerDefinitions"].append({"name": "other", "image": "x", **more})

    with pytest.raises(EcsXRayError, match="that inject did not add"):
        untrace_text(json.dumps(content), where="task.json")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "task.json"
    path.write_text(task({}, {}, runtimePlatform={"cpuArchitecture": "ARM64"}))
    return path


def command(*arguments: str) -> int:
    return run(["inject", "task.json", "--region", "eu-west-1", "--no-log", *arguments])


@pytest.mark.parametrize(
    ("arguments", "init"),
    [
        (["--instrument", "python"], {PYTHON}),
        (["--instrument", "c0=java"], {"adot-autoinstrumentation-java"}),
        (
            ["--instrument", "c0=node", "--instrument", "c1=dotnet", "--esm", "--musl"],
            {"adot-autoinstrumentation-node", "adot-autoinstrumentation-dotnet"},
        ),
    ],
)
def test_the_command(file: Path, arguments: Sequence[str], init: set[str]) -> None:
    original = file.with_name("original.json")
    shutil.copy(file, original)

    assert command(*arguments, "--registry", "mirror/x", "--in-place") == 0

    content = json.loads(file.read_text())
    images = {one["name"]: one["image"] for one in content["containerDefinitions"]}
    assert images.keys() - {"c0", "c1"} == {"aws-otel-collector", *init}
    assert all(images[name].startswith("mirror/x/aws-observability/") for name in init)
    if "--esm" in arguments:
        assert "hook.mjs" in variables(named(content, "c0"))["NODE_OPTIONS"]
        path = variables(named(content, "c1"))["CORECLR_PROFILER_PATH"]
        assert "/linux-musl-arm64/" in path
    assert run(["inject", "task.json", "--remove", "--in-place"]) == 0
    assert file.read_bytes() == original.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--instrument", "ruby"], "must name one of dotnet, java, node, python (got 'ruby')"),
        (["--instrument", "node", "--instrument", "c0=node"], "must be given once"),
        (["--instrument", "python", "--esm"], "--esm requires --instrument node"),
        (["--musl"], "--musl requires --instrument dotnet"),
        (["--instrument", "node", "--collector", "xray-daemon"], "a collector that takes OTLP"),
    ],
)
def test_the_command_refuses(
    file: Path, capfd: pytest.CaptureFixture[str], arguments: Sequence[str], told: str
) -> None:
    before = file.read_bytes()

    assert command(*arguments, "--in-place") == 2

    assert told in capfd.readouterr().err
    assert file.read_bytes() == before
