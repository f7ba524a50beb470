"""What inject added can be taken out again, and nothing else goes with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, EcsXRayError, SidecarProfile, XRayDaemon
from cdk_ecs_xray.inject import SidecarNames, TracingOptions, trace_text, untrace_text
from tests.inject.task_texts import LAYOUTS, tasks, written

HERE = TracingOptions(region="us-east-1", writes_log=False)
unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
    profile=st.sampled_from([SidecarProfile.SAFE, SidecarProfile.TERRAFORM]),
    names=st.sampled_from([SidecarNames(), SidecarNames(container="fq-dev-xray", service="shop")]),
    region=st.just("eu-west-1"),
    log_group=st.just("/ecs/xray"),
)


def there_and_back(text: str, name: str, option: TracingOptions = HERE) -> str:
    traced = trace_text(text, where=name, options=option).text
    assert traced != text
    return untrace_text(traced, where=name).text


@unhurried
@given(task=tasks, option=options, layout=st.sampled_from(LAYOUTS))
def test_the_original_bytes_are_back(task: Any, option: TracingOptions, layout: str) -> None:
    name, text = written(task, layout)

    assert there_and_back(text, name, option) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.yaml",
            "# Ours\nfamily: shop   # the family\ncontainerDefinitions:\n# server\n- name: web\n"
            "  image: ${IMAGE}   # from CI\n  links:\n  - db\n  # yet\n  environment: []  # x\n"
            "  cpu: 010\n  # end of web\n- name: db\n  image: x\n  command: >-\n    run\n  # last\n"
            "# tail\ntags: []\n",
        ),
        ("a.yaml", "containerDefinitions:\n- name: a\n  image: i\n  environment:\n"),
        ("a.yaml", "containerDefinitions:\n- name: a\n  environment: ~  # none\n  links:   []\n"),
        ("a.yaml", "containerDefinitions:\n  - name: a\n    environment: [ ]\n    image: i"),
        ("a.yaml", "containerDefinitions: [{name: a, links: [], image: i}]\n"),
        ("a.json", '{"cpu": {{ cpu }}, "containerDefinitions": [{"name": "<X>", "links": null}]}'),
        ("a.json", '{\r\n\t"containerDefinitions": [\r\n\t\t{ "name": "a" }\r\n\t]\r\n}\r\n'),
        ("a.json", '{"containerDefinitions":[{"name":"a","environment":[]}]}\n'),
        ("a.json", '[{"name": "${name}", "environment": [ ]}]'),
    ],
)
@pytest.mark.parametrize("mode", ["bridge", "awsvpc", "host"])
def test_comments_placeholders_and_what_was_empty_are_back(name: str, text: str, mode: str) -> None:
    option = TracingOptions(region="us-east-1", writes_log=False, network_mode=mode)

    assert there_and_back(text, name, option) == text


@pytest.mark.parametrize(
    "kept",
    [
        {"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"},
        {"AWS_XRAY_DAEMON_ADDRESS": "xray-daemon:2000"},
        {"AWS_XRAY_TRACING_NAME": "app"},
        {"AWS_XRAY_DAEMON_ADDRESS": "10.0.0.1:2000", "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"},
    ],
    ids=str,
)
def test_variables_of_the_users_stay(kept: Mapping[str, str]) -> None:
    pairs = [{"name": name, "value": value} for name, value in kept.items()]
    text = json.dumps({"containerDefinitions": [{"name": "app", "environment": pairs}]}, indent=2)

    assert there_and_back(text, "a.json") == text


def test_what_came_later_stays() -> None:
    text = json.dumps({"containerDefinitions": [{"name": "app", "environment": []}]})
    traced = json.loads(trace_text(text, where="a.json", options=HERE).text)
    traced["containerDefinitions"][0]["environment"].append({"name": "LATER", "value": "1"})
    traced["containerDefinitions"].append({"name": "late", "image": "i"})

    result = json.loads(untrace_text(json.dumps(traced), where="a.json").text)

    assert result["containerDefinitions"] == [
        {"name": "app", "environment": [{"name": "LATER", "value": "1"}]},
        {"name": "late", "image": "i"},
    ]


@pytest.mark.parametrize(
    "member",
    [
        {"dependsOn": [{"containerName": "xray-daemon", "condition": "HEALTHY"}]},
        {"links": ["xray-daemon:tracer"]},
        {"volumesFrom": [{"sourceContainer": "xray-daemon"}]},
    ],
    ids=str,
)
def test_what_needs_the_sidecar_otherwise_is_refused(
    reads_well: Callable[[object], bool], member: Mapping[str, Any]
) -> None:
    text = json.dumps({"containerDefinitions": [{"name": "app", **member}]})
    traced = trace_text(text, where="a.json", options=HERE).text

    with pytest.raises(EcsXRayError, match="Remove that by hand first") as raised:
        untrace_text(traced, where="a.json")

    assert reads_well(str(raised.value))


def test_a_collector_that_was_not_added_is_refused(reads_well: Callable[[object], bool]) -> None:
    text = '{"containerDefinitions": [{"name": "xray-daemon", "image": "amazon/aws-xray-daemon"}]}'

    with pytest.raises(EcsXRayError, match="must be one that inject added") as raised:
        untrace_text(text, where="a.json")

    assert reads_well(str(raised.value))


def test_nothing_is_removed_where_nothing_was_added() -> None:
    text = '{"containerDefinitions": [{"name": "app", "image": "i"}]}\n'

    result = untrace_text(text, where="a.json")

    assert result.text == text
    assert [one.id for one in result.warnings] == ["ecs-xray:nothing-to-remove"]


def test_a_usual_file_gets_no_label() -> None:
    text = json.dumps({"containerDefinitions": [{"name": "app", "environment": [], "image": "i"}]})

    assert "dockerLabels" not in trace_text(text, where="a.json", options=HERE).text


def test_the_label_does_not_follow_the_order_of_containers() -> None:
    # An empty list at the end of a container looks like one that was added.
    containers: list[Any] = [{"name": name, "image": "i", "environment": []} for name in ("b", "a")]
    labels: list[Any] = []
    for listed in (containers, containers[::-1]):
        text = json.dumps({"networkMode": "bridge", "containerDefinitions": listed})
        traced = json.loads(trace_text(text, where="a.json", options=HERE).text)
        labels += [one["dockerLabels"] for one in traced["containerDefinitions"][2:]]

    assert labels[0] == labels[1]
    assert list(json.loads(labels[0]["cdk-ecs-xray.before"])) == ["a/environment", "b/environment"]
