"""What is right, unknown or none of X-Ray's business brings no finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cdk_ecs_xray.review.inventory import inventory
from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.templates.model import Stack

Template = dict[str, Any]
AGENT = "amazon/cloudwatch-agent:latest"
ADOT = "amazon/aws-otel-collector:latest"
METRICS = json.dumps({"metrics": {"metrics_collected": {"statsd": {}}}})
ELSEWHERE = json.dumps(
    {"service": {"pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["otlphttp"]}}}}
)


def containers(template: Template) -> Any:
    return template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]


def helper(**keys: object) -> dict[str, Any]:
    return {"Name": "helper", "Essential": True, **keys}


def variables(**values: object) -> list[dict[str, object]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    "other",
    [
        helper(Image=AGENT, Environment=variables(CW_CONFIG_CONTENT=METRICS)),
        helper(Image=ADOT, Environment=variables(AOT_CONFIG_CONTENT=ELSEWHERE)),
        helper(
            Image=AGENT,
            Secrets=[{"Name": "CW_CONFIG_CONTENT", "ValueFrom": "/ecs/cwagent"}],
        ),
        helper(Image="otel/opentelemetry-collector-contrib:latest", Command=["--config=/etc/x"]),
        helper(Image="fluent/fluent-bit:4.0"),
    ],
    ids=["metrics", "another-backend", "configuration-from-ssm", "own-collector", "log-router"],
)
def test_a_container_that_need_not_serve_x_ray_is_left_alone(
    right: Template, found: Callable[..., Sequence[Finding]], other: Template
) -> None:
    task = right["Resources"]["Task"]["Properties"]
    task["ContainerDefinitions"] = [{"Name": "app", "Image": "a:1"}, other]
    del right["Resources"]["Role"]["Properties"]["Policies"]

    assert [str(finding.problem) for finding in found(right)] == []


def test_the_same_agent_is_a_collector_where_an_app_sends_to_one(
    right: Template, found: Callable[..., Sequence[Finding]]
) -> None:
    agent = helper(
        Image=AGENT,
        Secrets=[{"Name": "CW_CONFIG_CONTENT", "ValueFrom": "/ecs/cwagent"}],
    )
    task = right["Resources"]["Task"]["Properties"]
    task["NetworkMode"] = "awsvpc"
    address = variables(AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:2000")
    task["ContainerDefinitions"] = [{"Name": "app", "Image": "a:1", "Environment": address}, agent]

    assert {finding.id for finding in found(right)} == {
        "collector-stops-first",
        "essential-collector",
        # The secret is in the parameter store, which the managed policy leaves out.
        "execution-role-denied",
        "image-latest",
    }


def test_a_container_of_an_unknown_image_may_be_the_collector(
    right: Template,
    found: Callable[..., Sequence[Finding]],
    model: Callable[..., Sequence[Stack]],
) -> None:
    right["Resources"]["Task"]["Properties"]["NetworkMode"] = "awsvpc"
    app, collector = containers(right)
    app["Environment"] = variables(AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:2000")
    del app["Links"]
    collector.update(Image={"Ref": "Image"}, PortMappings=[])

    (task,) = inventory(model(right))

    assert [str(finding.problem) for finding in found(right)] == []
    assert {app.name: app.outcome for app in task.apps}["app"] == "cannot-tell"


def test_a_template_of_parameters_alone_has_no_findings(
    right: Template, found: Callable[..., Sequence[Finding]]
) -> None:
    def opened(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: opened(nested) for key, nested in value.items()}
        if isinstance(value, list):
            return [opened(item) for item in value]
        return {"Ref": "Parameter"}

    for container in containers(right):
        name, image = container["Name"], container["Image"]
        container.update(opened({k: v for k, v in container.items() if k != "Environment"}))
        container.update(Name=name, Image=image)
    right["Resources"]["Log"]["Properties"] = opened(right["Resources"]["Log"]["Properties"])
    right["Resources"]["Role"]["Properties"] = {"ManagedPolicyArns": [{"Ref": "Parameter"}]}
    right["Resources"]["Service"]["Properties"]["DesiredCount"] = {"Ref": "Parameter"}
    right["Resources"]["Task"]["Properties"]["NetworkMode"] = {"Ref": "Parameter"}

    assert [str(finding.problem) for finding in found(right)] == []
