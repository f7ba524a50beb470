"""Task definitions for property tests, and the layouts that people write them in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml
from hypothesis import strategies as st

from cdk_ecs_xray.files.yaml_12 import Yaml12Loader

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\ufeff"),
    min_size=1,
    max_size=12,
)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
variables = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["A", "B", "AWS_XRAY_DAEMON_ADDRESS"]), "value": texts}
    ),
    max_size=3,
    unique_by=lambda pair: pair["name"],
)
OPTIONAL_FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "command": st.lists(texts, max_size=2),
    "cpu": st.integers(0, 64),
    "dependsOn": st.just([{"containerName": "other", "condition": "HEALTHY"}]),
    "dockerLabels": st.dictionaries(texts, texts, max_size=2),
    "environment": variables,
    "essential": st.booleans(),
    "links": st.lists(names, max_size=2, unique=True),
    "logConfiguration": st.builds(
        lambda group: {
            "logDriver": "awslogs",
            "options": {"awslogs-group": group, "awslogs-region": "eu-west-1"},
        },
        st.sampled_from(["/ecs/a", "/ecs/b"]),
    ),
    "memory": st.integers(16, 128),
    "mountPoints": st.just([{"sourceVolume": "v", "containerPath": "/v", "readOnly": False}]),
    "portMappings": st.lists(
        st.fixed_dictionaries({"containerPort": st.sampled_from([80, 443, 8080])}), max_size=2
    ),
    "secrets": st.just([{"name": "AWS_XRAY_TRACING_NAME", "valueFrom": "arn:aws:ssm:::p"}]),
    "user": st.just("1000:1000"),
}
REQUIRED_FIELDS: Mapping[str, st.SearchStrategy[Any]] = {"name": names, "image": st.just("nginx:1")}
containers = st.fixed_dictionaries(REQUIRED_FIELDS, optional=OPTIONAL_FIELDS)
NEEDED: Mapping[str, st.SearchStrategy[Any]] = {
    "family": names,
    "containerDefinitions": st.lists(
        containers, min_size=1, max_size=5, unique_by=lambda container: container["name"]
    ),
}
tasks = st.fixed_dictionaries(
    NEEDED,
    optional={
        "cpu": st.sampled_from(["1024", "2 vCPU"]),
        "networkMode": st.sampled_from(["bridge", "awsvpc", "host"]),
        "runtimePlatform": st.just({"cpuArchitecture": "ARM64"}),
        "tags": st.lists(st.fixed_dictionaries({"key": texts, "value": texts}), max_size=2),
        "taskRoleArn": st.just("arn:aws:iam::111122223333:role/r"),
        "volumes": st.just([{"name": "v", "host": {"sourcePath": "/v"}}]),
    },
)
LAYOUTS = ("compact", "spaced", "two", "four", "tabs", "windows", "block", "flow", "indented")


class Written(yaml.SafeDumper):
    """Writes everything out, as people do."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


# PyYAML writes a text without quotes that only version 1.2 reads as a number, such as 1e+100.
Written.yaml_implicit_resolvers = {
    first: [
        *yaml.SafeDumper.yaml_implicit_resolvers.get(first, []),
        *Yaml12Loader.yaml_implicit_resolvers.get(first, []),
    ]
    for first in {*yaml.SafeDumper.yaml_implicit_resolvers, *Yaml12Loader.yaml_implicit_resolvers}
}


class Indented(Written):
    """Writes dashes deeper than their key."""

    def increase_indent(  # PyYAML's own signature
        self,
        flow: bool = False,  # noqa: FBT001, FBT002
        indentless: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> None:
        super().increase_indent(flow, False)


def written(content: Any, layout: str) -> tuple[str, str]:
    """Return a file's name and its text in one of the layouts that people use."""
    if layout == "compact":
        return "task.json", json.dumps(content, separators=(",", ":"))
    if layout == "spaced":
        return "task.json", json.dumps(content, ensure_ascii=False)
    if layout in ("two", "four", "tabs", "windows"):
        indent = {"two": "  ", "four": "    ", "tabs": "\t", "windows": "  "}[layout]
        text = json.dumps(content, indent=indent, ensure_ascii=False) + "\n"
        return "task.json", text.replace("\n", "\r\n") if layout == "windows" else text
    dumper = Indented if layout == "indented" else Written
    flow = layout == "flow"
    return "task.yaml", yaml.dump(
        content, Dumper=dumper, sort_keys=False, default_flow_style=flow, allow_unicode=True
    )
