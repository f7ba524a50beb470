"""Placeholders of every templating habit: kept to the letter, and never taken for values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cdk_ecs_xray import EcsXRayError
from cdk_ecs_xray.inject import (
    SidecarNames,
    TracedTaskDefinitionFile,
    TracedText,
    TracingOptions,
    trace_text,
)
from cdk_ecs_xray.inject.placeholders import is_open

AWSVPC = TracingOptions(region="us-east-1", writes_log=False, network_mode="awsvpc")
HABITS = [
    "${CPU}",
    "${cpu-256}",
    '${cpu == "" ? 256 : cpu}',
    "{{cpu}}",
    "{{ .Values.task.cpu }}",
    '{{ cpu | default("256") }}',
    "{{{cpu}}}",
    "${{ vars.CPU }}",
    "<CPU>",
    "<<cpu>>",
    "%CPU%",
    "%(cpu)s",
    "$CPU",
    "$(CPU)",
    "__CPU__",
    "__task_cpu__",
    "#{CPU}#",
    "#{cpu}",
    "@CPU@",
    "@cpu.units@",
    "<%= cpu %>",
]


def traced(text: str, name: str = "task.json", options: TracingOptions = AWSVPC) -> TracedText:
    return trace_text(text, where=name, options=options)


def not_checked(result: TracedText) -> list[str | None]:
    return [
        one.problem.got for one in result.injection.warnings if one.id == "ecs-xray:not-checked"
    ]


@pytest.mark.parametrize("habit", HABITS)
def test_a_size_without_quotes_stays_and_is_said_to_be_unchecked(habit: str) -> None:
    text = f'{{"cpu": {habit}, "memory": 512, "containerDefinitions": [{{"name": "a"}}]}}'

    result = traced(text)

    assert result.text.startswith(text[: text.index("]")].removesuffix("}"))
    assert not_checked(result) == [f"'{habit}'"]
    assert traced(result.text).text == result.text


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("quote", ['"', ""])
def test_yaml_has_them_with_quotes_and_without(habit: str, quote: str) -> None:
    if quote and '"' in habit:
        quote = "'"
    rest = "memory: 512\ncontainerDefinitions:\n- name: a\n"
    text = f"cpu: {quote}{habit}{quote}  # of the task\n{rest}"

    result = traced(text, "task.yaml")

    assert result.text.startswith(text)
    assert not_checked(result) == [f"'{habit}'"]


@pytest.mark.parametrize("habit", [habit for habit in HABITS if '"' not in habit])
def test_a_network_mode_that_comes_later_has_to_be_given(habit: str) -> None:
    text = json.dumps({"networkMode": habit, "containerDefinitions": [{"name": "a"}]})

    assert traced(text).injection.sidecar is not None
    with pytest.raises(EcsXRayError, match="the network mode must be bridge, awsvpc or host"):
        traced(text, options=TracingOptions(region="us-east-1", writes_log=False))


@pytest.mark.parametrize("habit", ["{IMAGE}", *HABITS])
def test_what_is_one_is_open(habit: str) -> None:
    assert is_open(habit)
    assert is_open(f"registry.example.com/{habit}:1") or habit == "{IMAGE}"


@pytest.mark.parametrize(
    "text",
    [
        "nginx:1",
        "org__team__app",
        "user@example.com",
        "img@sha256:0123",
        "100%",
        "50% of 80%",
        "a < b > c",
        "$$CPU",
        "$${CPU}",
        "#5",
        "/ecs/app_x__",
        '{"a": 1}',
        "awsvpc",
        "",
    ],
)
def test_what_is_none_is_closed(text: str) -> None:
    assert not is_open(text) or text == "$${CPU}"


def test_comments_of_yaml_that_look_like_one_stay_comments() -> None:
    text = "#{{ mine }}\n#{x}\ncpu: 256 #{note}\nmemory: 512\ncontainerDefinitions:\n- name: a\n"

    result = traced(text, "task.yaml")

    assert result.text.startswith(text)
    assert not_checked(result) == []


@pytest.mark.parametrize("key", ["portMappings", "secrets"])
@pytest.mark.parametrize("list_of", ["{}", "[{}]"])
def test_a_list_that_comes_later_is_unchecked_where_nothing_is_added(
    key: str, list_of: str
) -> None:
    written = list_of.format("${jsonencode(ports)}")
    text = f'{{"containerDefinitions": [{{"name": "a", "{key}": {written}}}]}}'

    result = traced(text)

    assert f'"{key}": {written}' in result.text
    assert not_checked(result) == ["'${jsonencode(ports)}'"]


@pytest.mark.parametrize("key", ["environment", "dependsOn"])
@pytest.mark.parametrize("habit", ["${jsonencode(list)}", "{{ list | tojson }}", "__LIST__"])
def test_a_list_that_comes_later_is_refused_where_something_is_added(
    reads_well: Callable[[object], bool], key: str, habit: str
) -> None:
    text = f'{{"containerDefinitions": [{{"name": "a", "{key}": {habit}}}]}}'

    with pytest.raises(EcsXRayError) as raised:
        traced(text)

    said = str(raised.value)
    assert f"{key} must be a list (got the placeholder '{habit}'). Fill it in first" in said
    assert reads_well(said)


def test_entries_that_come_later_stay_before_what_is_added() -> None:
    text = '{"containerDefinitions": [{"name": "a", "environment": [{{ entries }}]}]}'

    result = traced(text)

    assert '"environment": [{{ entries }}, {"name": "AWS_XRAY_DAEMON_ADDRESS"' in result.text
    assert not_checked(result) == ["'{{ entries }}'"]


def test_a_launch_type_that_comes_later_is_unchecked() -> None:
    text = '{"requiresCompatibilities": ["<LAUNCH_TYPE>"], "containerDefinitions": [{"name": "a"}]}'

    assert not_checked(traced(text)) == ["'<LAUNCH_TYPE>'"]


@pytest.mark.parametrize("environment", ["{{env}}", "<ENV>", "__ENV__", "%ENV%"])
def test_names_may_hold_any_of_them(environment: str) -> None:
    names = SidecarNames.from_parts(namespace="fq", environment=environment, service="web")

    assert names.container == f"fq-{environment}-xray"


def test_a_stack_refuses_what_values_do_not_fill(tmp_path: Any) -> None:
    path = tmp_path / "task.json"
    path.write_text('{"cpu": {{ cpu }}, "containerDefinitions": [{"name": "a", "image": "<X>"}]}')

    with pytest.raises(EcsXRayError, match=r"must be \$\{NAME\}, which values fill"):
        TracedTaskDefinitionFile.from_file(path)
