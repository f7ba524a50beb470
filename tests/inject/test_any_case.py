"""Terraform's list of containers, whose keys may have any case."""

from __future__ import annotations

import json

import pytest

from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.removal import untrace_text
from cdk_ecs_xray.inject.traced_text import trace_text

OPTIONS = TracingOptions(region="eu-west-1", network_mode="bridge", log_group="/ecs/shop")
LIST = """\
[
  {
    "Name": "app",
    "IMAGE": "example/app:1",
    "entrypoint": ["/app"],
    "Environment": [{"Name": "A", "value": "1"}],
    "DockerLabels": {"Name": "kept", "name": "too"},
    "portmappings": [{"containerport": 80}]
  }
]
"""


def traced(text: str) -> str:
    return trace_text(text, where="containers.json", options=OPTIONS).text


def test_what_is_there_stays_as_it_is_spelled() -> None:
    app, daemon = json.loads(traced(LIST))

    assert [pair.get("name", pair.get("Name")) for pair in app["Environment"]] == [
        "A",
        "AWS_XRAY_DAEMON_ADDRESS",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_TRACING_NAME",
    ]
    assert app["links"] == ["xray-daemon"]
    assert app["entrypoint"] == ["/app"]
    assert app["DockerLabels"]["Name"] == "kept"
    assert daemon["name"] == "xray-daemon"


def test_twice_is_once_and_taken_out_is_as_before() -> None:
    once = traced(LIST)

    assert traced(once) == once
    assert untrace_text(once, where="containers.json").text == LIST


def test_links_are_added_to_those_that_are_there() -> None:
    text = LIST.replace('"IMAGE"', '"Links": ["db"],\n    "IMAGE"')

    assert json.loads(traced(text))[0]["Links"] == ["db", "xray-daemon"]


@pytest.mark.parametrize("twice", ['"name": "b", "IMAGE"', '"image": "b", "IMAGE"'])
def test_a_key_in_two_spellings_is_refused(twice: str) -> None:
    with pytest.raises(ConfigurationError, match="a key must be there once, in whatever case"):
        traced(LIST.replace('"IMAGE"', twice))


def test_a_task_definition_of_ecs_keeps_its_case() -> None:
    text = json.dumps({"containerDefinitions": json.loads(LIST)})

    with pytest.raises(ConfigurationError, match="name is required"):
        traced(text)
