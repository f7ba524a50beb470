"""What is added is written as the file writes its own, and comments stay where they belong."""

from __future__ import annotations

import json

import pytest
import yaml

from cdk_ecs_xray.inject import TracingOptions, trace_text

HERE = TracingOptions(region="us-east-1", writes_log=False)


def traced(text: str, name: str) -> str:
    return trace_text(text, where=name, options=HERE).text


@pytest.mark.parametrize("value", ["[]", "~", "null", "", "[ ]"])
@pytest.mark.parametrize("comment", ["", "  # none yet"])
@pytest.mark.parametrize("deeper", ["", "  "])
def test_an_empty_list_of_yaml_becomes_a_block(value: str, comment: str, deeper: str) -> None:
    text = (
        f"containerDefinitions:\n{deeper}- name: a\n{deeper}  environment: {value}".rstrip()
        + f"{comment}\n{deeper}  image: i\n{deeper}  command:\n{deeper}  {deeper}- run\n"
    )

    lines = traced(text, "a.yaml").splitlines()

    key = lines.index(f"{deeper}  environment:{comment}")
    assert lines[key + 1] == f"{deeper}{deeper}  - name: AWS_XRAY_DAEMON_ADDRESS"
    assert f"{deeper}  image: i" in lines


def test_brackets_of_yaml_stay_brackets() -> None:
    text = "containerDefinitions: [{name: a, image: i, links: [db], environment: []}]\n"

    result = traced(text, "a.yaml")

    assert "links: [db, xray-daemon], environment: [{name: AWS_XRAY_DAEMON_ADDRESS, " in result
    assert len(result.splitlines()) == 1
    assert yaml.safe_load(result)["containerDefinitions"][1]["name"] == "xray-daemon"


def test_comments_below_a_container_stay_with_it() -> None:
    text = (
        "containerDefinitions:\n- name: a\n  image: i\n  # about a\n\n    # deeper\n"
        "# about the tags\ntags: []\n"
    )

    lines = traced(text, "a.yaml").splitlines()

    sidecar = lines.index("- name: xray-daemon")
    assert lines.index("  # about a") < lines.index("    # deeper") < sidecar
    assert sidecar < lines.index("# about the tags") == len(lines) - 2


def test_a_line_that_is_indented_otherwise_decides_nothing() -> None:
    content = {"containerDefinitions": [{"name": "a", "image": "i", "environment": []}]}
    text = json.dumps(content, indent=4).replace(
        '    "containerDefinitions', '\t"containerDefinitions'
    )

    result = traced(text, "a.json")

    assert result.count("\t") == 1
    assert '\n            "environment": [\n                {\n' in result


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_minified_file_stays_on_one_line(end: str) -> None:
    container: dict[str, object] = {"name": "a", "environment": [], "links": None}
    content = {"containerDefinitions": [container]}
    text = json.dumps(content, separators=(",", ":")) + end

    result = traced(text, "a.json")

    assert result.endswith("}" + end)
    assert len(result.strip().splitlines()) == 1
    assert ": " not in result
