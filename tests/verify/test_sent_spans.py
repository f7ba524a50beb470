"""Whose permissions include those of spans: of collectors and apps that send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Placement, XRayDaemon
from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS, WRITE_ACTIONS
from cdk_ecs_xray.plan.network import NETWORKS
from cdk_ecs_xray.verify.checks.permissions import PERMISSIONS
from cdk_ecs_xray.verify.traced_service import traced_services
from tests.verify.account import XRAY_SDK, app, deployment, stack

PLACE = Placement(network=NETWORKS["awsvpc"], region="eu-west-1", memory_mib=256)
ITSELF = "https://xray.eu-west-1.amazonaws.com/v1/traces"
JOINED = {"Fn::Join": ["", ["https://xray.", {"Ref": "AWS::Region"}, ".amazonaws.com/v1/traces"]]}


@pytest.mark.parametrize(
    ("collector", "expected"),
    [
        (XRayDaemon(), False),
        (AdotCollector(), False),
        (AdotCollector(exporter="both"), True),
        (CloudWatchAgent(), False),
        (CloudWatchAgent(exporter="otlp"), True),
    ],
)
def test_a_collector_shows_it_by_its_configuration(collector: Collector, expected: object) -> None:
    described = collector.describe(PLACE)
    pairs = [{"Name": name, "Value": value} for name, value in described.environment.items()]
    sidecar = {"Name": "xray", "Image": described.image, "Environment": pairs}
    address = app(AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:2000")
    (service,) = traced_services(stack(address, sidecar), region="eu-west-1")
    assert service.sends_spans is expected


def test_a_configuration_with_functions_in_it_shows_it_too() -> None:
    text = AdotCollector(exporter="both").describe(PLACE).environment["AOT_CONFIG_CONTENT"]
    start, end = text.split("eu-west-1", 1)
    group, account = {"Ref": "Group"}, {"Ref": "AWS::AccountId"}
    value = {"Fn::Join": ["", [start, {"Ref": "AWS::Region"}, end, "# ", group, account]]}
    image = AdotCollector().describe(PLACE).image
    pairs = [{"Name": "AOT_CONFIG_CONTENT", "Value": value}]
    source = stack(app(**XRAY_SDK), {"Name": "xray", "Image": image, "Environment": pairs})
    resources = {**source.template["Resources"], "Group": {"Type": "AWS::Logs::LogGroup"}}
    looked_at = replace(source, template={"Resources": resources})
    (service,) = traced_services(looked_at, region="eu-west-1")
    assert service.sends_spans is True


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [(ITSELF, True), (JOINED, True), ("http://127.0.0.1:4318/v1/traces", False)],
)
def test_an_app_shows_it_by_its_endpoint(endpoint: object, expected: object) -> None:
    pairs = [{"Name": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "Value": endpoint}]
    container = {"Name": "app", "Image": "orders:7", "Environment": pairs}
    (service,) = traced_services(stack(container), region="eu-west-1")
    assert service.sends_spans is expected


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        (ITSELF, [*WRITE_ACTIONS, *SPAN_ACTIONS]),
        ("http://collector.internal:4318/v1/traces", None),
    ],
)
def test_the_role_of_an_app_that_sends_by_itself_is_checked(
    endpoint: str, asked: Sequence[str] | None
) -> None:
    seen: list[Sequence[str]] = []

    def simulate(ActionNames: Sequence[str], **_: object) -> Mapping[str, Any]:  # noqa: N803
        seen.append(ActionNames)
        answers = [
            {
                "EvalActionName": action,
                "EvalDecision": "implicitDeny" if action in SPAN_ACTIONS else "allowed",
            }
            for action in ActionNames
        ]
        return {"EvaluationResults": answers}

    variables = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint}
    definition = {"taskRoleArn": "arn:aws:iam::111122223333:role/orders"}
    looked_at = deployment(
        stack(app(**variables)),
        running=variables,
        describe_task_definition={"taskDefinition": definition},
        simulate_principal_policy=simulate,
    )
    answers = list(PERMISSIONS.look(looked_at))
    assert [list(one) for one in seen] == ([] if asked is None else [asked])
    if asked is not None:
        (answer,) = answers
        assert answer.clause.startswith("may not xray:PutSpans, xray:PutSpansForIndexing")
