"""What holds for any task definition, in any layout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, XRayDaemon
from cdk_ecs_xray.inject import TracingOptions, trace_text
from tests.inject.task_texts import LAYOUTS, tasks, written

options = st.builds(
    TracingOptions,
    collector=st.sampled_from(
        [
            XRayDaemon(),
            AdotCollector(),
            AdotCollector(exporter="both"),
            CloudWatchAgent(),
            CloudWatchAgent(exporter="otlp"),
        ]
    ),
    region=st.just("eu-west-1"),
    log_group=st.just("/ecs/xray"),
)


def read(text: str, name: str) -> Any:
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield everything that a user wrote, with its place."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for position, inner in enumerate(value):
            yield from leaves(inner, (*path, position))
    else:
        yield path, value


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(task=tasks, option=options, layout=st.sampled_from(LAYOUTS))
def test_injecting_twice_is_injecting_once(task: Any, option: TracingOptions, layout: str) -> None:
    name, text = written(task, layout)
    once = trace_text(text, where=name, options=option).text

    assert once != text
    assert trace_text(once, where=name, options=option).text == once


@unhurried
@given(task=tasks, option=options, layout=st.sampled_from(LAYOUTS))
def test_nothing_that_was_set_is_changed(task: Any, option: TracingOptions, layout: str) -> None:
    name, text = written(task, layout)

    traced = read(trace_text(text, where=name, options=option).text, name)

    for path, value in leaves(task):
        # An empty list may have been filled; whatever was in one is where it was.
        if value not in ([], {}):
            assert at(traced, path) == value
    assert list(traced)[: len(task)] == list(task)


@unhurried
@given(task=tasks, option=options, layout=st.sampled_from(["two", "four", "tabs", "block"]))
def test_lines_are_only_added(task: Any, option: TracingOptions, layout: str) -> None:
    name, text = written(task, layout)

    added = iter(trace_text(text, where=name, options=option).text.splitlines())

    # A comma behind what was last, and the brackets of what was empty, are no change of content.
    for line in text.splitlines():
        bare = line.rstrip(",").removesuffix("[]").removesuffix("{}").rstrip()
        assert any(line_added.startswith(bare) for line_added in added), line


@unhurried
@given(task=tasks, option=options, data=st.data())
def test_the_order_of_containers_does_not_matter(
    task: Any, option: TracingOptions, data: st.DataObject
) -> None:
    # Without a log group of its own the sidecar takes one of the containers'.
    choosing = TracingOptions(
        collector=option.collector,
        region=option.region,
        writes_log=any(
            "logConfiguration" in definition for definition in task["containerDefinitions"]
        ),
    )
    shuffled = {
        **task,
        "containerDefinitions": data.draw(st.permutations(task["containerDefinitions"])),
    }
    results = []
    for content in (task, shuffled):
        result = trace_text(json.dumps(content), where="task.json", options=choosing)
        found = json.loads(result.text)["containerDefinitions"]
        results.append(
            (
                {container["name"]: container for container in found},
                {str(warned.problem) for warned in result.injection.warnings},
            )
        )

    assert results[0] == results[1]


@cache
def registration() -> Any:
    """Return the input of ``RegisterTaskDefinition`` as botocore knows it."""
    model = botocore.session.get_session().get_service_model("ecs")
    return model.operation_model("RegisterTaskDefinition").input_shape


@unhurried
@given(task=tasks, option=options)
def test_the_api_takes_every_result(task: Any, option: TracingOptions) -> None:
    traced = json.loads(trace_text(json.dumps(task), where="t.json", options=option).text)

    report = ParamValidator().validate(traced, registration())

    assert report.generate_report() == ""


def test_the_api_takes_each_expected_result(case: Any) -> None:
    report = ParamValidator().validate(case.registered, registration())

    assert report.generate_report() == ""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_reads_as_it_was_meant(layout: str) -> None:
    content = {"family": "f", "containerDefinitions": [{"name": "a", "command": ["yes", "1"]}]}
    name, text = written(content, layout)

    assert read(text, name) == content
