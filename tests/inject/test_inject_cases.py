"""Task definitions of every shape, each with its expected result or refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import EcsXRayError
from cdk_ecs_xray.inject import TracingOptions, trace_text

ANYWHERE = TracingOptions(region="us-east-1", writes_log=False)
APP: Mapping[str, Any] = {"name": "app", "image": "nginx:1"}


def traced(content: object, options: TracingOptions = ANYWHERE) -> Any:
    """Return a traced task definition as Python has it."""
    text = trace_text(json.dumps(content), where="task.json", options=options).text
    return json.loads(text)


def refusal(content: object, options: TracingOptions = ANYWHERE) -> list[str]:
    with pytest.raises(EcsXRayError) as raised:
        trace_text(json.dumps(content), where="task.json", options=options)
    return [str(problem) for problem in raised.value.problems]


def by_name(containers: list[Any]) -> dict[str, Any]:
    return {container["name"]: container for container in containers}


def test_each_shape_has_its_expected_result(case: Any) -> None:
    assert trace_text(case.text, where=case.path.name, options=case.options).text == case.expected


def test_what_was_traced_once_stays_as_it_is(case: Any) -> None:
    again = trace_text(case.expected, where=case.path.name, options=case.options)

    assert again.text == case.expected


# Field guide, section 3: address, link and host port of each network mode.
@pytest.mark.parametrize(
    ("mode", "address", "link", "ports"),
    [
        ("bridge", "xray-daemon:2000", ["xray-daemon"], {"hostPort": 0}),
        (None, "xray-daemon:2000", ["xray-daemon"], {"hostPort": 0}),
        ("awsvpc", "127.0.0.1:2000", None, {}),
        ("host", "127.0.0.1:2000", None, {"hostPort": 2000}),
    ],
)
def test_each_network_mode_is_wired_its_own_way(
    mode: str | None, address: str, link: list[str] | None, ports: Mapping[str, int]
) -> None:
    task = {"family": "f", "containerDefinitions": [APP]}
    result = by_name(
        traced(task if mode is None else {**task, "networkMode": mode})["containerDefinitions"]
    )

    assert {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address} in result["app"]["environment"]
    assert result["app"].get("links") == link
    assert result["app"]["dependsOn"] == [{"containerName": "xray-daemon", "condition": "START"}]
    assert result["xray-daemon"]["portMappings"] == [
        {"containerPort": 2000, "protocol": "udp", **ports}
    ]


def test_log_routers_are_not_wired(cases: Path) -> None:
    before = json.loads((cases / "firelens.json").read_text())["containerDefinitions"]
    after = json.loads((cases / "firelens.traced.json").read_text())["containerDefinitions"]

    assert by_name(after)["log_router"] == by_name(before)["log_router"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("windows.json", "the operating system must be Linux (got Windows"),
        ("ten-containers.json", "at most 10 containers (got 11 with the collector"),
    ],
)
def test_what_cannot_carry_a_sidecar_is_refused(
    cases: Path, reads_well: Callable[[object], bool], name: str, reason: str
) -> None:
    (problem,) = refusal(json.loads((cases / name).read_text()))

    assert reason in problem
    assert reads_well(problem)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"networkMode": "none"}, "network_mode must be one of bridge, awsvpc, host"),
        ({"requiresCompatibilities": ["FARGATE"]}, "networkMode is required for FARGATE"),
        (
            {"requiresCompatibilities": ["FARGATE"], "networkMode": "bridge"},
            "networkMode must be awsvpc on Fargate (got 'bridge'",
        ),
        (
            {"requiresCompatibilities": ["EXTERNAL"], "networkMode": "awsvpc"},
            "networkMode must be bridge or host on external instances",
        ),
        ({"networkMode": "${MODE}"}, "the network mode must be bridge, awsvpc or host"),
        (
            {"containerDefinitions": [APP, {"name": "xray-daemon", "image": "nginx:1"}]},
            "container names must be unique (got a second 'xray-daemon'",
        ),
        ({"networkMode": "awsvpc", "cpu": "256", "memory": ".25 GB"}, "must be at most the task's"),
        ({"networkMode": "awsvpc", "cpu": ".03125 vCPU"}, "the cpu of all containers"),
        ({"containerDefinitions": []}, "at least one container (got an empty list"),
        ({"containerDefinitions": [{"image": "x"}]}, "container 1: name is required"),
        ({"containerDefinitions": [{**APP, "environment": {}}]}, "must be a list (got a mapping"),
    ],
    ids=str,
)
def test_what_cannot_be_done_safely_is_refused(
    reads_well: Callable[[object], bool], changes: Mapping[str, Any], reason: str
) -> None:
    app = {**APP, "cpu": 20, "memory": 64}
    problems = refusal({"family": "f", "containerDefinitions": [app], **changes})

    assert any(reason in problem for problem in problems)
    assert [problem for problem in problems if not reads_well(problem)] == []


@pytest.mark.parametrize("mode", ["awsvpc", "host"])
@pytest.mark.parametrize(
    "mapping", [{"containerPort": 2000}, {"containerPortRange": "1990-2010"}], ids=str
)
def test_a_taken_port_is_refused_where_containers_share_ports(
    mode: str, mapping: Mapping[str, Any]
) -> None:
    containers = [{**APP, "portMappings": [mapping]}]

    (problem,) = refusal({"networkMode": mode, "containerDefinitions": containers})

    assert f"port 2000 must be free in {mode} mode" in problem


def test_a_taken_port_matters_not_in_bridge_mode() -> None:
    containers = [{**APP, "portMappings": [{"containerPort": 2000}]}]

    assert len(traced({"containerDefinitions": containers})["containerDefinitions"]) == 2


def test_all_reasons_come_at_once() -> None:
    containers = [
        {"name": "xray-daemon", "image": "nginx", "portMappings": [{"containerPort": 2000}]}
    ]
    problems = refusal(
        {"networkMode": "host", "containerDefinitions": containers}, TracingOptions()
    )

    said = " ".join(problems)
    for reason in (
        "names must be unique",
        "port 2000",
        "names no region or several",
        "log group is required",
    ):
        assert reason in said


@pytest.mark.parametrize(
    "image",
    [
        "amazon/aws-xray-daemon:3.x",
        "public.ecr.aws/aws-observability/aws-otel-collector",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/cloudwatch-agent@sha256:0",
    ],
)
def test_a_collector_by_hand_is_left_alone(image: str) -> None:
    task = {"containerDefinitions": [APP, {"name": "tracer", "image": image}]}
    text = json.dumps(task)

    result = trace_text(text, where="task.json", options=TracingOptions())

    assert result.text == text
    assert [warned.id for warned in result.injection.warnings] == ["ecs-xray:collector-kept"]


def test_another_profile_does_not_change_a_sidecar_that_is_there(cases: Path) -> None:
    text = (cases / "gpu.traced.json").read_text()
    options = TracingOptions(region="eu-north-1")

    result = trace_text(text, where="task.json", options=options)

    assert result.text == text
    assert [warned.id for warned in result.injection.warnings] == ["ecs-xray:sidecar-kept"]


def test_an_app_that_came_later_is_wired_too(cases: Path) -> None:
    content = json.loads((cases / "gpu.traced.json").read_text())
    content["containerDefinitions"].insert(0, {"name": "late", "image": "nginx:1"})

    late = traced(content, TracingOptions())["containerDefinitions"][0]

    assert late["dependsOn"] == [{"containerName": "xray-daemon", "condition": "START"}]


def test_what_the_user_set_stays_with_a_warning() -> None:
    app = {
        **APP,
        "links": ["proxy:xray-daemon"],
        "dependsOn": [{"containerName": "xray-daemon", "condition": "HEALTHY"}],
        "environment": [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "10.0.0.1:2000"}],
    }
    text = json.dumps({"containerDefinitions": [app, {"name": "proxy", "image": "nginx:1"}]})

    result = trace_text(text, where="task.json", options=ANYWHERE)

    kept = json.loads(result.text)["containerDefinitions"][0]
    assert (kept["links"], kept["dependsOn"]) == (app["links"], app["dependsOn"])
    assert kept["environment"][:1] == app["environment"]
    assert [warned.id for warned in result.injection.warnings] == [
        "ecs-xray:environment-kept",
        "ecs-xray:link-kept",
        "ecs-xray:dependency-kept",
        "ecs-xray:no-task-role",
    ]


def test_a_bare_list_needs_a_network_mode() -> None:
    (problem,) = refusal([APP])
    options = TracingOptions(region="us-east-1", writes_log=False, network_mode="awsvpc")

    assert "the network mode is required for a bare list" in problem
    assert [container["name"] for container in traced([APP], options)] == ["app", "xray-daemon"]


def test_a_network_mode_that_contradicts_the_file_is_refused() -> None:
    options = TracingOptions(region="us-east-1", writes_log=False, network_mode="host")

    (problem,) = refusal({"networkMode": "bridge", "containerDefinitions": [APP]}, options)

    assert "networkMode 'bridge' and --network-mode 'host' cannot be combined" in problem


def test_placeholders_without_quotes_stay_and_are_named() -> None:
    text = (
        '{"cpu": ${CPU}, "networkMode": "awsvpc", "containerDefinitions": [{"name": "${NAME}", '
        '"image": "i", "portMappings": [{"containerPort": ${PORT}}]}]}'
    )

    result = trace_text(text, where="task.json", options=ANYWHERE)

    assert result.text.startswith('{"cpu": ${CPU}, ')
    assert '"containerPort": ${PORT}}' in result.text
    assert '{"name": "AWS_XRAY_TRACING_NAME", "value": "${NAME}"}' in result.text
    said = [str(warned.problem) for warned in result.injection.warnings if "checked" in warned.id]
    assert len(said) == 2
    assert "${CPU}" in said[0]
    assert "${PORT}" in said[1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "", "a task definition is required, and the file is empty"),
        ("a.json", "{", "line 1, column 2: the file must be valid JSON"),
        ("a.json", '{"cpu": 1${CPU}}', "must be the whole value (got '1${CPU}'"),
        ("a.json", '{"cpu": NaN}', "a number must be finite"),
        ("a.json", '{"a": 1, "a": 2}', "a key must be there once (got 'a'"),
        ("a.json", '{"a": "\ue000"}', "private use area"),
        ("a.json", "[" * 100_000, "nested less deeply"),
        ("a.json", '"text"', "must hold a task definition"),
        ("a.json", '{"ContainerDefinitions": []}', "in CloudFormation's spelling"),
        ("a.yaml", "# nothing\n", "got only comments"),
        (
            "a.yaml",
            "a: &x 1\nb: *x\n",
            "line 2, column 4: the file must be without YAML aliases (got *x)",
        ),
        ("a.yaml", "a: !Ref B\n", "must have no tag"),
        ("a.yaml", "a: [\n", "must be valid YAML"),
        ("a.yaml", "1: 2\n", "a key must be text"),
        ("a.yaml", "a: \x07\n", "must be text"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(name: str, text: str, said: str) -> None:
    with pytest.raises(EcsXRayError) as raised:
        trace_text(text, where=name, options=ANYWHERE)

    assert said in str(raised.value)
    assert str(raised.value).startswith(name)
