"""A log group that is there already: CloudFormation refuses it, and leaves it as it is."""

from __future__ import annotations

from typing import Any

from cdk_ecs_xray.local import EmbeddedAws

NAME = "/fq/dev/xray"


def group(name: str = NAME, **attributes: str) -> dict[str, Any]:
    properties = {"LogGroupName": name, "RetentionInDays": 7}
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties, **attributes}


def named(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def write(aws: EmbeddedAws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=NAME)
    logs.create_log_stream(logGroupName=NAME, logStreamName="kept")


def streams(aws: EmbeddedAws) -> list[str]:
    found = aws.client("logs").describe_log_streams(logGroupName=NAME)["logStreams"]
    return [stream["logStreamName"] for stream in found]


def test_a_stack_does_not_take_over_a_group_of_somebody_else(aws: EmbeddedAws, stack: Any) -> None:
    write(aws)
    assert stack.create(named(Log=group())) == "ROLLBACK_COMPLETE"
    assert any(f'"{NAME}"' in text and "already exists" in text for text in stack.reasons())
    assert streams(aws) == ["kept"]


def test_a_group_does_not_get_the_name_of_another(aws: EmbeddedAws, stack: Any) -> None:
    assert stack.create(named(Log=group("/fq/other"))) == "CREATE_COMPLETE"
    write(aws)
    assert stack.update(named(Log=group())) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("already exists" in text for text in stack.reasons())
    assert streams(aws) == ["kept"]


def test_a_retained_group_keeps_the_next_deployment_from_its_name(stack_in: Any) -> None:
    first, second = stack_in(), stack_in()
    retained = named(Log=group(DeletionPolicy="Retain"))
    assert first.create(retained) == "CREATE_COMPLETE"
    assert first.delete() == "DELETE_COMPLETE"
    assert second.create(retained) == "ROLLBACK_COMPLETE"
    assert any("already exists" in text for text in second.reasons())


def test_a_group_may_change_and_come_again(stack: Any) -> None:
    assert stack.create(named(Log=group())) == "CREATE_COMPLETE"
    changed = group()
    changed["Properties"]["RetentionInDays"] = 14
    assert stack.update(named(Log=changed)) == "UPDATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.create(named(Log=group())) == "CREATE_COMPLETE"
