"""One evaluator of IAM policies, in yes, no and cannot tell, for templates and accounts alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cdk_ecs_xray.templates.grants import allowed, managed_policy_allows, statements_in
from cdk_ecs_xray.templates.model import Role, Stack
from cdk_ecs_xray.unknown import Unknown

ACTION = "xray:PutTraceSegments"
OPEN = Unknown(expression="${Actions}")
CONDITION = {"Bool": {"aws:SecureTransport": "true"}}


def statement(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": ACTION, "Resource": "*", **members}


def without(member: str, **members: Any) -> dict[str, Any]:
    found = statement(**members)
    del found[member]
    return found


ANSWERS: Sequence[tuple[list[dict[str, Any]], bool | None]] = [
    ([], False),
    ([statement()], True),
    ([statement(Action="xray:*")], True),
    ([statement(Action=["logs:*", "XRAY:put?race*"])], True),
    ([statement(Action="*")], True),
    ([statement(Action="xray:Get*")], False),
    ([statement(Action="xrayx*")], False),
    ([statement(Action="xray:[P]utTraceSegments")], False),
    ([statement(Action=OPEN)], None),
    ([statement(Action=[OPEN, "xray:*"])], True),
    ([statement(Resource="arn:aws:xray:*:*:group/x")], False),
    ([statement(Resource=["arn:x", "*"])], True),
    ([statement(Resource=OPEN)], None),
    ([statement(Condition=CONDITION)], None),
    ([statement(Condition={})], True),
    ([statement(), statement(Condition=CONDITION)], True),
    ([statement(Condition=CONDITION, Action="xray:Get*")], False),
    ([statement(), statement("Deny")], False),
    ([statement(), statement("Deny", Action="xray:Get*")], True),
    ([statement(), statement("Deny", Condition=CONDITION)], None),
    ([statement(), statement("Deny", Action=OPEN)], None),
    ([statement("Deny", Condition=CONDITION)], False),
    ([statement(), statement("Deny", Resource="arn:aws:s3:::b")], True),
    ([without("Action", NotAction="iam:*")], True),
    ([without("Action", NotAction=["iam:*", "organizations:*"])], True),
    ([without("Action", NotAction="xray:*")], False),
    ([without("Action", NotAction=OPEN)], None),
    ([without("Action", NotAction=["xray:*", OPEN])], False),
    ([statement(), without("Action", Effect="Deny", NotAction="logs:*")], False),
    ([statement(), without("Action", Effect="Deny", NotAction="xray:*")], True),
    ([without("Resource", NotResource="arn:aws:s3:::secret")], True),
    ([without("Resource", NotResource="*")], False),
    ([without("Resource", NotResource=OPEN)], None),
    ([statement(), without("Resource", Effect="Deny", NotResource="arn:aws:s3:::b")], False),
]


@pytest.mark.parametrize(("statements", "expected"), ANSWERS)
def test_policies_allow_what_iam_would(
    *, statements: list[dict[str, Any]], expected: bool | None
) -> None:
    read = statements_in({"Statement": statements})

    assert read is not None
    assert allowed(ACTION, read) is expected


def test_a_document_may_hold_one_statement_or_nobody_knows_which() -> None:
    one = statements_in({"Statement": statement()})

    assert one is not None
    assert allowed(ACTION, one) is True
    assert statements_in({}) == []
    assert statements_in(Unknown(expression="${Policy}")) is None
    assert statements_in({"Statement": Unknown(expression="${If Prod}")}) is None
    assert statements_in({"Statement": [Unknown(expression="${If Prod}")]}) is None


@pytest.mark.parametrize(
    ("granted_by", "expected"),
    [((True,), True), ((None,), None), ((False,), False), ((None, True), True)],
)
def test_policies_elsewhere_count_and_a_denial_here_wins(
    *, granted_by: tuple[bool | None, ...], expected: bool | None
) -> None:
    denying = statements_in({"Statement": statement("Deny")})
    perhaps = statements_in({"Statement": statement("Deny", Condition=CONDITION)})

    assert denying is not None
    assert perhaps is not None
    assert allowed(ACTION, [], granted_by=granted_by) is expected
    assert allowed(ACTION, denying, granted_by=granted_by) is False
    assert allowed(ACTION, perhaps, granted_by=granted_by) is (False if expected is False else None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSXRayDaemonWriteAccess", True),
        ("AdministratorAccess", True),
        ("AmazonS3ReadOnlyAccess", False),
        ("OurOwn", None),
    ],
)
def test_policies_of_aws_are_known_by_name(*, name: str, expected: bool | None) -> None:
    assert managed_policy_allows(f"arn:aws:iam::aws:policy/{name}", ACTION) is expected


def role_with(
    model: Callable[..., Sequence[Stack]], right: Mapping[str, Any], **properties: Any
) -> Role:
    policies = {"PolicyDocument": {"Statement": [statement(Action="xray:*")]}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policies], **properties}}
    template = {"Resources": {**right["Resources"], "Role": role}}
    (task,) = model(template)[0].task_definitions
    assert isinstance(task.task_role, Role)
    return task.task_role


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, True),
        ({"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}, None),
        ({"Policies": []}, False),
        ({"Policies": {"Fn::If": ["Prod", [], [1]]}}, None),
        ({"Policies": [{"PolicyDocument": {"Fn::Transform": {"Name": "x"}}}]}, None),
        ({"Policies": [], "ManagedPolicyArns": [{"Ref": "Theirs"}]}, None),
        ({"Policies": [], "PermissionsBoundary": "arn:aws:iam::1:policy/b"}, False),
    ],
)
def test_what_a_role_of_a_template_may_do(
    model: Callable[..., Sequence[Stack]],
    right: Mapping[str, Any],
    *,
    properties: Mapping[str, Any],
    expected: bool | None,
) -> None:
    assert role_with(model, right, **properties).allows(ACTION) is expected
