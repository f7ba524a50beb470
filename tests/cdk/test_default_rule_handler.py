"""The function behind XRayDefaultSamplingRule, against the AWS emulator."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import XRayDefaultSamplingRule
from cdk_ecs_xray.cdk import default_sampling_rule_handler
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.sampling import DefaultRule
from tests.cdk.function_answers import Answers


@pytest.fixture
def xray(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    aws.reset()
    client = aws.client("xray")
    monkeypatch.setattr("boto3.client", lambda _name: client)
    return client


def values(client: Any) -> tuple[float, int]:
    records = client.get_sampling_rules()["SamplingRuleRecords"]
    (rule,) = (r["SamplingRule"] for r in records if r["SamplingRule"]["RuleName"] == "Default")
    return rule["FixedRate"], rule["ReservoirSize"]


def ask(answers: Answers, kind: str, rate: str, size: str, physical_id: str | None = None) -> Any:
    event = {
        "RequestType": kind,
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Rule",
        "ResourceProperties": {"ServiceToken": "arn", "FixedRate": rate, "ReservoirSize": size},
    }
    if physical_id is not None:
        event["PhysicalResourceId"] = physical_id
    default_sampling_rule_handler.handler(event, None)
    return answers.received[-1]


def test_values_before_it_come_back_after_it(xray: Any, answers: Answers) -> None:
    xray.update_sampling_rule(
        SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 1e-05, "ReservoirSize": 7}
    )

    created = ask(answers, "Create", "0.5", "3")
    assert created["Status"] == "SUCCESS"
    assert {created[key] for key in ("StackId", "RequestId", "LogicalResourceId")} == {
        "stack",
        "request",
        "Rule",
    }
    assert values(xray) == (0.5, 3)

    updated = ask(answers, "Update", "0.25", "0", created["PhysicalResourceId"])
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert values(xray) == (0.25, 0)

    deleted = ask(answers, "Delete", "0.25", "0", created["PhysicalResourceId"])
    assert deleted["Status"] == "SUCCESS"
    assert values(xray) == (1e-05, 7)


def test_a_refusal_is_answered_and_its_cleanup_changes_nothing(xray: Any, answers: Answers) -> None:
    before = values(xray)

    failed = ask(answers, "Create", "5", "1")
    assert failed["Status"] == "FAILED"
    assert "FixedRate" in failed["Reason"]

    cleaned = ask(answers, "Delete", "5", "1", failed["PhysicalResourceId"])
    assert cleaned["Status"] == "SUCCESS"
    assert values(xray) == before


def template(rate: float, size: int) -> str:
    app = cdk.App()
    stack = cdk.Stack(app, "Sampling", synthesizer=cdk.LegacyStackSynthesizer())
    XRayDefaultSamplingRule(
        stack, "Default", default=DefaultRule(fixed_rate=rate, reservoir_size=size)
    )
    return json.dumps(app.synth().get_stack_by_name("Sampling").template)


def test_a_stack_sets_the_rule_and_puts_it_back(aws: EmbeddedAws) -> None:
    aws.reset()
    xray = aws.client("xray")
    before = values(xray)
    formation = aws.client("cloudformation")

    formation.create_stack(
        StackName="s", TemplateBody=template(0.5, 3), Capabilities=["CAPABILITY_IAM"]
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName="s", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert values(xray) == (0.5, 3)

    formation.update_stack(
        StackName="s", TemplateBody=template(0.25, 0), Capabilities=["CAPABILITY_IAM"]
    )
    formation.get_waiter("stack_update_complete").wait(
        StackName="s", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert values(xray) == (0.25, 0)

    formation.delete_stack(StackName="s")
    formation.get_waiter("stack_delete_complete").wait(
        StackName="s", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert values(xray) == before
