"""Where an app's traces go, by network mode, address and collector."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.inventory import AppRow, inventory
from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import review
from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.sampling.traffic.profile import RouteTraffic, TrafficProfile
from cdk_ecs_xray.templates.model import Stack

PEERS = Path(__file__).parent / "peers"
Template = dict[str, Any]
ADOT = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
AGENT = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300064.0"


def variables(**values: object) -> list[dict[str, object]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


@pytest.fixture
def seen(
    right: Template, model: Callable[..., Sequence[Stack]]
) -> Callable[[Callable[[Any, Any, Any], object]], AppRow]:
    """Return what becomes of the app when a function changes task, app and collector."""

    def look(change: Callable[[Any, Any, Any], object]) -> AppRow:
        task = right["Resources"]["Task"]["Properties"]
        change(task, *task["ContainerDefinitions"])
        (row,) = inventory(model(right))
        return row.apps[0]

    return look


Seen = Callable[[Callable[[Any, Any, Any], object]], AppRow]


def test_a_link_with_an_alias_leads_there_by_either_name(seen: Seen) -> None:
    def change(_task: Any, app: Any, _collector: Any) -> None:
        app.update(
            Links=["xray:tracing"], Environment=variables(AWS_XRAY_DAEMON_ADDRESS="tracing:2000")
        )

    assert seen(change).outcome == "connected"


def test_another_port_than_the_collectors_is_not_traced(seen: Seen) -> None:
    def change(_task: Any, app: Any, _collector: Any) -> None:
        app["Environment"] = variables(AWS_XRAY_DAEMON_ADDRESS="xray:2001")

    assert seen(change).reason == "its collector listens on port 2000"


def test_the_port_may_be_moved_on_both_sides(seen: Seen) -> None:
    def change(_task: Any, app: Any, collector: Any) -> None:
        app["Environment"] = variables(AWS_XRAY_DAEMON_ADDRESS="xray:2001")
        collector["Command"] = ["-b", "0.0.0.0:2001", "--buffer-memory", "16"]

    assert seen(change).outcome == "connected"


@pytest.mark.parametrize(
    ("mode", "address", "outcome"),
    [
        ("host", "127.0.0.1:2000", "cannot-tell"),
        ("awsvpc", "127.0.0.1:2000", "not-connected"),
        ("awsvpc", "10.0.3.7:2000", "cannot-tell"),
        ("bridge", "172.17.0.1:2000", "cannot-tell"),
        ("bridge", "xray.internal:2000", "cannot-tell"),
        ("bridge", "nobody:2000", "not-connected"),
        ("none", "127.0.0.1:2000", "not-connected"),
        ("awsvpc", {"Ref": "Address"}, "cannot-tell"),
        ("awsvpc", {"Fn::Sub": "${Host}:2000"}, "cannot-tell"),
        ({"Ref": "Mode"}, "127.0.0.1:2000", "cannot-tell"),
    ],
)
def test_without_a_collector_in_the_task(
    seen: Seen, mode: object, address: object, outcome: str
) -> None:
    def change(task: Any, app: Any, _collector: Any) -> None:
        app.update(Environment=variables(AWS_XRAY_DAEMON_ADDRESS=address), Links=[])
        task.update(NetworkMode=mode, ContainerDefinitions=[app])

    assert seen(change).outcome == outcome


def test_a_file_of_variables_leaves_it_open(seen: Seen) -> None:
    def change(_task: Any, app: Any, _collector: Any) -> None:
        app.update(Environment=[], EnvironmentFiles=[{"Type": "s3", "Value": "arn"}])

    assert seen(change).outcome == "cannot-tell"


@pytest.mark.parametrize(
    ("image", "environment", "command", "fault"),
    [
        (ADOT, {}, ["--config=/etc/ecs/ecs-default-config.yaml"], "binds-loopback-in-bridge"),
        (ADOT, {}, ["--config", "/etc/ecs/ecs-xray.yaml"], "otlp-only"),
        (
            AGENT,
            {"CW_CONFIG_CONTENT": json.dumps({"traces": {"traces_collected": {"xray": {}}}})},
            [],
            "binds-loopback-in-bridge",
        ),
        (
            AGENT,
            {
                "CW_CONFIG_CONTENT": json.dumps(
                    {
                        "traces": {
                            "traces_collected": {
                                "otlp": {
                                    "grpc_endpoint": "0.0.0.0:4317",
                                    "http_endpoint": "0.0.0.0:4318",
                                }
                            }
                        }
                    }
                )
            },
            [],
            "otlp-only",
        ),
        (ADOT, {"AOT_CONFIG_CONTENT": "receivers: ["}, [], None),
        (AGENT, {"CW_CONFIG_CONTENT": {"Ref": "Configuration"}}, [], None),
    ],
    ids=["adot-default", "adot-built-in", "agent-default", "agent-otlp", "broken", "open"],
)
def test_other_engines_by_their_configuration(
    right: Template,
    found: Callable[..., Sequence[Finding]],
    *,
    image: str,
    environment: dict[str, object],
    command: list[str],
    fault: str | None,
) -> None:
    collector = right["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    collector.update(
        Image=image,
        Command=command,
        Environment=variables(AWS_REGION="eu-west-1", **environment),
    )

    ids = [finding.id for finding in found(right)]

    # Neither of ADOT's own configurations detects where traces come from.
    assert [finding_id for finding_id in ids if finding_id != "adot-loses-origin"] == (
        [] if fault is None else [fault]
    )
    assert ("adot-loses-origin" in ids) is bool(command)


def test_a_daemon_without_the_images_entry_point_binds_loopback(
    right: Template, found: Callable[..., Sequence[Finding]]
) -> None:
    collector = right["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    collector["EntryPoint"] = ["/xray"]

    assert [finding.id for finding in found(right)] == ["binds-loopback-in-bridge"]


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_changes_and_costs_are_in_every_form_for_people(
    tmp_path: Path, right: Template, form: str
) -> None:
    before, after = tmp_path / "before.json", tmp_path / "orders.json"
    before.write_text(json.dumps(right))
    rule = {"RuleName": "all", "Priority": 1, "FixedRate": 1.0, "ReservoirSize": 0}
    right["Resources"]["Rule"] = {
        "Type": "AWS::XRay::SamplingRule",
        "Properties": {"SamplingRule": rule},
    }
    right["Resources"]["Log"]["Properties"]["LogGroupName"] = "/renamed"
    after.write_text(json.dumps(right))
    traffic = TrafficProfile(routes=(RouteTraffic(requests_per_second=1.0, path="/"),))

    report = review(str(after), against=str(before), traffic=traffic)
    shown = render(report, form)

    assert "the log group is replaced" in shown
    assert shown.index("the log group is replaced") < shown.index("the sampling rule is new")
    assert "2,678,400 traces a month" in shown
    assert "$12.89" in shown.replace("\\", "")


def test_nothing_to_tell_is_told(tmp_path: Path, right: Template) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(right))
    report = review(str(file), against=str(file))

    assert "Nothing changes." in render(report, "html")
    assert "Nothing." in render(report, "markdown")
    assert "none" in render(report, "terminal")


def test_a_nested_stack_is_reviewed_as_one_of_its_own(tmp_path: Path, right: Template) -> None:
    parent = {
        "Resources": {
            "Orders": {
                "Type": "AWS::CloudFormation::Stack",
                "Metadata": {"aws:asset:path": "nested.json"},
            }
        }
    }
    (tmp_path / "nested.json").write_text(json.dumps(right))
    (tmp_path / "parent.json").write_text(json.dumps(parent))
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "parent.json"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Shop": stack}}))

    report = review(str(tmp_path))

    assert list(report.stacks) == ["Shop", "Shop/Orders"]
    assert [app.outcome for task in report.tasks for app in task.apps] == ["connected"]


def test_an_unknown_place_is_not_printed_as_an_address(
    right: Template, model: Callable[..., Sequence[Stack]]
) -> None:
    app, collector = right["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    app["Environment"] = [{"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": {"Ref": "Address"}}]
    collector.update(Image="mirror/aws-otel-collector:v1", Command=["--config=s3://b/c.yaml"])

    (row,) = inventory(model(right))

    assert row.apps[0].address is None
    assert row.apps[0].sentence == ("cannot tell: the address is known at deployment only")
    assert "where it listens is not in the template" in row.collectors[0].sentence
