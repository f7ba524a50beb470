"""XRayTransactionSearch: its template, and its function against the AWS emulator."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Annotations, Match, Template

from cdk_ecs_xray import ConfigurationError, XRayTransactionSearch
from cdk_ecs_xray.cdk import transaction_search_handler
from cdk_ecs_xray.local import EmbeddedAws
from tests.cdk.function_answers import Answers

POLICY = "ecs-xray-transaction-search"
LOGS = "CloudWatchLogs"


def search_stack(**options: Any) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Search")
    XRayTransactionSearch(stack, "Search", **options)
    return stack


def test_the_template_asks_for_what_was_given() -> None:
    template = Template.from_stack(search_stack())
    (resource,) = template.find_resources("Custom::XRayTransactionSearch").values()
    properties = resource["Properties"]
    assert properties["IndexingPercentage"] == 1
    assert properties["TurnOff"] is False
    document = json.loads("".join(map(_text, properties["PolicyDocument"]["Fn::Join"][1])))
    (statement,) = document["Statement"]
    assert statement["Principal"] == {"Service": "xray.amazonaws.com"}
    assert statement["Action"] == "logs:PutLogEvents"
    place = "<AWS::Region>:<AWS::AccountId>"
    assert statement["Resource"] == [
        f"arn:<AWS::Partition>:logs:{place}:log-group:aws/spans:*",
        f"arn:<AWS::Partition>:logs:{place}:log-group:/aws/application-signals/data:*",
    ]
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:<AWS::Partition>:xray:{place}:*"},
        "StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"},
    }


def _text(part: Any) -> str:
    return part if isinstance(part, str) else f"<{part['Ref']}>"


def test_the_function_may_do_little_and_is_small() -> None:
    template = Template.from_stack(search_stack())
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    assert len(function["Properties"]["Code"]["ZipFile"]) <= 4096
    (policy,) = template.find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    actions = {s["Sid"]: s["Action"] for s in statements}
    assert set(actions) == {"ReadAndSet", "CreateLogGroups", "WriteLog", "CreateServiceRole"}
    assert actions["CreateServiceRole"] == "iam:CreateServiceLinkedRole"
    assert not [s["Sid"] for s in statements if s["Resource"] == "*" and s["Sid"] != "ReadAndSet"]


def test_a_key_reaches_the_function_and_its_policy_lets_logs_use_it() -> None:
    stack = cdk.Stack(cdk.App(), "Search")
    XRayTransactionSearch(stack, "Search", encryption_key=kms.Key(stack, "Key"))
    template = Template.from_stack(stack)
    arn = {"Fn::GetAtt": [Match.string_like_regexp("^Key"), "Arn"]}
    template.has_resource_properties("Custom::XRayTransactionSearch", {"KmsKeyId": arn})
    (policy,) = template.find_resources("AWS::IAM::Policy").values()
    statements = {s["Sid"]: s for s in policy["Properties"]["PolicyDocument"]["Statement"]}
    assert statements["EncryptSpans"]["Action"] == "logs:AssociateKmsKey"
    groups = ["".join(map(_text, r["Fn::Join"][1])) for r in statements["EncryptSpans"]["Resource"]]
    place = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:aws/spans"
    assert groups == [place, f"{place}:*"]
    assert statements["ReadKey"]["Action"] == "kms:DescribeKey"
    (key,) = template.find_resources("AWS::KMS::Key").values()
    *_, use = key["Properties"]["KeyPolicy"]["Statement"]
    condition = use["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert "".join(map(_text, condition["Fn::Join"][1])) == place


def test_without_a_key_nothing_is_granted_for_one() -> None:
    template = json.dumps(Template.from_stack(search_stack()).to_json())
    assert 'KmsKeyId": {' not in template
    assert '"logs:AssociateKmsKey"' not in template
    assert "kms:" not in template


@pytest.mark.parametrize("percentage", [0, 0.5, 100])
def test_every_percentage_reaches_the_template(percentage: float) -> None:
    stack = search_stack(indexing_percentage=percentage, removal_policy=RemovalPolicy.DESTROY)
    Template.from_stack(stack).has_resource_properties(
        "Custom::XRayTransactionSearch", {"IndexingPercentage": percentage, "TurnOff": True}
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"indexing_percentage": -1}, r"indexing_percentage: must be between 0 and 100 \(got -1\)"),
        ({"indexing_percentage": 100.5}, "between 0 and 100"),
        ({"indexing_percentage": float("nan")}, "between 0 and 100"),
        ({"removal_policy": RemovalPolicy.SNAPSHOT}, "must be RETAIN or DESTROY"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        search_stack(**options)


def test_what_it_costs_is_said_before_it_is_deployed() -> None:
    found = Annotations.from_stack(search_stack(indexing_percentage=5))
    for words in ("charges for storing them", "X-Ray indexes 5 % of the traces; 1 % is free"):
        found.has_info("*", Match.string_like_regexp(words))


def test_a_stack_with_services_is_refused() -> None:
    stack = search_stack()
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("app", image=ecs.ContainerImage.from_registry("app:1"))
    with pytest.raises(RuntimeError, match="must be in a stack without ECS services"):
        cdk.App.of(stack).synth()  # type: ignore[union-attr]


@pytest.fixture
def account(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    """An account in which traces go to X-Ray, and the function's clients for it."""
    aws.reset()
    monkeypatch.setattr("boto3.client", aws.client)
    monkeypatch.setattr(transaction_search_handler, "PAUSE", 0)
    return aws


def ask(
    answers: Answers, kind: str, physical_id: str | None = None, **properties: str
) -> dict[str, Any]:
    """What the function answers; every value is a text, as CloudFormation passes it."""
    place = "us-east-1:000000000000"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": f"arn:aws:logs:{place}:log-group:aws/spans:*",
    }
    event = {
        "RequestType": kind,
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Search",
        "ResourceProperties": {
            "IndexingPercentage": "5",
            "PolicyName": POLICY,
            "PolicyDocument": json.dumps({"Statement": [statement]}),
            "TurnOff": "false",
            **properties,
        },
    }
    if physical_id is not None:
        event["PhysicalResourceId"] = physical_id
    transaction_search_handler.handler(event, None)
    answer: dict[str, Any] = answers.received[-1]
    return answer


def state(aws: EmbeddedAws) -> tuple[str, float, list[str]]:
    xray = aws.client("xray")
    (rule,) = xray.get_indexing_rules()["IndexingRules"]
    policies = aws.client("logs").describe_resource_policies()["resourcePolicies"]
    return (
        xray.get_trace_segment_destination()["Destination"],
        rule["Rule"]["Probabilistic"]["DesiredSamplingPercentage"],
        [policy["policyName"] for policy in policies],
    )


def turn_on_by_hand(aws: EmbeddedAws, *, percentage: float = 1) -> None:
    document = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "xray.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": "arn:aws:logs:us-east-1:000000000000:log-group:aws/spans:*",
        }
    }
    aws.client("logs").put_resource_policy(policyName="own", policyDocument=json.dumps(document))
    xray = aws.client("xray")
    xray.update_trace_segment_destination(Destination=LOGS)
    rule = {"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    xray.update_indexing_rule(Name="Default", Rule=rule)


def test_it_is_turned_on_and_stays_on(account: EmbeddedAws, answers: Answers) -> None:
    created = ask(answers, "Create")
    assert created["Status"] == "SUCCESS", created
    assert state(account) == (LOGS, 5, [POLICY])
    updated = ask(answers, "Update", created["PhysicalResourceId"], IndexingPercentage="50")
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert state(account) == (LOGS, 50, [POLICY])
    ask(answers, "Delete", created["PhysicalResourceId"], IndexingPercentage="50")
    assert state(account) == (LOGS, 50, [POLICY])


def test_it_is_turned_off_where_that_is_asked_for(account: EmbeddedAws, answers: Answers) -> None:
    created = ask(answers, "Create", TurnOff="true")
    deleted = ask(answers, "Delete", created["PhysicalResourceId"], TurnOff="true")
    assert deleted["Status"] == "SUCCESS", deleted
    assert state(account) == ("XRay", 1, [])


@pytest.mark.parametrize("turn_off", ["true", "false"])
def test_where_it_is_on_already_it_stays_as_it_was(
    account: EmbeddedAws, answers: Answers, turn_off: str
) -> None:
    turn_on_by_hand(account, percentage=0.00001)
    created = ask(answers, "Create", TurnOff=turn_off)
    assert created["Status"] == "SUCCESS", created
    assert state(account) == (LOGS, 5, ["own"])
    ask(answers, "Delete", created["PhysicalResourceId"], TurnOff=turn_off)
    assert state(account) == (LOGS, 0.00001, ["own"])


def test_a_percentage_that_somebody_else_set_stays(account: EmbeddedAws, answers: Answers) -> None:
    turn_on_by_hand(account)
    created = ask(answers, "Create")
    turn_on_by_hand(account, percentage=70)
    ask(answers, "Delete", created["PhysicalResourceId"])
    assert state(account)[1] == 70


def test_two_in_one_account_do_not_harm_each_other(account: EmbeddedAws, answers: Answers) -> None:
    first = ask(answers, "Create", TurnOff="true")
    second = ask(answers, "Create", TurnOff="true", IndexingPercentage="50")
    ask(answers, "Delete", second["PhysicalResourceId"], TurnOff="true", IndexingPercentage="50")
    assert state(account) == (LOGS, 5, [POLICY])
    ask(answers, "Delete", first["PhysicalResourceId"], TurnOff="true")
    assert state(account) == ("XRay", 1, [])


def key_of_spans(aws: EmbeddedAws) -> str | None:
    found = aws.client("logs").describe_log_groups(logGroupNamePrefix="aws/spans")["logGroups"]
    key: str | None = found[0].get("kmsKeyId")
    return key


@pytest.mark.parametrize("before", [False, True], ids=["off", "on already"])
def test_the_log_group_of_spans_gets_the_key_and_keeps_it(
    account: EmbeddedAws, answers: Answers, *, before: bool
) -> None:
    if before:
        turn_on_by_hand(account)
    created = ask(answers, "Create", KmsKeyId="arn:one")
    assert created["Status"] == "SUCCESS", created
    assert key_of_spans(account) == "arn:one"
    ask(answers, "Update", created["PhysicalResourceId"], KmsKeyId="arn:two")
    assert key_of_spans(account) == "arn:two"
    ask(answers, "Update", created["PhysicalResourceId"])
    ask(answers, "Delete", created["PhysicalResourceId"])
    assert key_of_spans(account) == "arn:two"


def test_a_log_group_that_comes_later_gets_the_key_then(
    account: EmbeddedAws, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on_by_hand(account)
    logs = account.client("logs")
    logs.delete_log_group(logGroupName="aws/spans")
    pauses: list[int] = []

    def pause(seconds: int) -> None:
        pauses.append(seconds)
        account.client("xray").update_trace_segment_destination(Destination=LOGS)

    monkeypatch.setattr("time.sleep", pause)
    created = ask(answers, "Create", KmsKeyId="arn:one")
    assert created["Status"] == "SUCCESS", created
    assert key_of_spans(account) == "arn:one"
    assert len(pauses) == 1


def test_it_is_turned_on_again_by_an_update(account: EmbeddedAws, answers: Answers) -> None:
    created = ask(answers, "Create")
    account.client("xray").update_trace_segment_destination(Destination="XRay")
    ask(answers, "Update", created["PhysicalResourceId"])
    assert state(account)[0] == LOGS


def test_a_policy_that_never_counts_is_an_answer(account: EmbeddedAws, answers: Answers) -> None:
    failed = ask(answers, "Create", PolicyDocument='{"Statement": []}')
    assert failed["Status"] == "FAILED"
    assert "PutLogEvents" in failed["Reason"]
    cleaned = ask(answers, "Delete", failed["PhysicalResourceId"], TurnOff="true")
    assert cleaned["Status"] == "SUCCESS"
    assert state(account)[0] == "XRay"
