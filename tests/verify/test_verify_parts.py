"""Resolving, comparing and reading policies: what the checks stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cdk_ecs_xray.verify.comparison import differences
from cdk_ecs_xray.verify.policies import allowed, statements_of
from cdk_ecs_xray.verify.resolving import StackValues, Unresolved

VALUES = StackValues(
    references={"AWS::Region": "eu-west-1", "Group": "/fq", "Role": "role-1"},
    role_names={"Role": "role-1"},
)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("text", "text"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Elsewhere"}, Unresolved()),
        ({"Fn::GetAtt": ["Role", "Arn"]}, Unresolved(tail="/role-1")),
        ({"Fn::GetAtt": "Role.Arn"}, Unresolved(tail="/role-1")),
        ({"Fn::GetAtt": ["Group", "Arn"]}, Unresolved()),
        ({"Fn::Join": ["/", ["a", {"Ref": "Group"}]]}, "a//fq"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Elsewhere"}]]}, Unresolved()),
        ({"Fn::Join": ["/", {"Ref": "Elsewhere"}]}, Unresolved()),
        ({"Fn::Sub": "a-${AWS::Region}-${!Literal}"}, "a-eu-west-1-${!Literal}"),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "Group"}}]}, "/fq"),
        ({"Fn::Sub": "${Role.Arn}"}, Unresolved()),
        ({"Fn::ImportValue": "x"}, Unresolved()),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"A": {"Ref": "AWS::NoValue"}, "B": [{"Ref": "Group"}]}, {"B": ["/fq"]}),
    ],
)
def test_intrinsic_functions_come_to_what_is_known(template: Any, value: Any) -> None:
    assert VALUES.resolve(template) == value


@pytest.mark.parametrize(
    ("synthesised", "actual", "paths"),
    [
        ({"cpu": "256"}, {"cpu": 256, "status": "ACTIVE"}, []),
        ({"essential": True}, {"essential": "true"}, []),
        ({"cpu": 32}, {"cpu": 64}, ["cpu"]),
        ({"FixedRate": 1}, {"FixedRate": 1.0}, []),
        ({"value": "1.10"}, {"value": "1.1"}, ["value"]),
        ({"cpu": 32}, {"cpu": "many"}, ["cpu"]),
        ({"cpu": 32}, {}, ["cpu"]),
        ({"role": Unresolved(tail="/a")}, {"role": "arn:x/a"}, []),
        ({"role": Unresolved(tail="/a")}, {"role": "arn:x/b"}, ["role"]),
        ({"e": [{"name": "A", "value": "1"}]}, {"e": [{"name": "A", "value": "2"}]}, ["e.A.value"]),
        ({"e": [{"name": "A"}, {"name": "B"}]}, {"e": [{"name": "B"}, {"name": "A"}]}, []),
        ({"e": [{"name": "A"}]}, {"e": [{"name": "B"}]}, ["e.A", "e.B"]),
        ({"e": [{"name": "A"}]}, {}, ["e.A"]),
        ({"links": ["a"]}, {"links": ["b"]}, ["links[0]"]),
        ({"links": ["a"]}, {"links": ["a", "b"]}, ["links"]),
        ({"links": []}, {}, []),
        ({"log": {"driver": "x"}}, {"log": None}, ["log"]),
    ],
)
def test_differences_are_named_and_defaults_are_none(
    synthesised: Any, actual: Any, paths: Sequence[str]
) -> None:
    found = list(differences(synthesised, actual))
    assert [one.path for one in found] == paths
    assert all(" is " in str(one) and "synthesised" in str(one) for one in found)


ACTION = "xray:PutTraceSegments"


def allow(**members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ACTION, "Resource": "*", **members}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], False),
        ([allow()], True),
        ([allow(Action="xray:*")], True),
        ([allow(Action=["logs:*", "XRAY:put?race*"])], True),
        ([allow(Action="*")], True),
        ([allow(Action="xray:Get*")], False),
        ([allow(Action="xrayx*")], False),
        ([allow(Resource="arn:aws:xray:*:*:group/x")], False),
        ([allow(Resource=["arn:x", "*"])], True),
        ([allow(Condition={"Bool": {"aws:SecureTransport": "true"}})], False),
        ([allow(), allow(Effect="Deny")], False),
        ([allow(), allow(Effect="Deny", Action="xray:Get*")], True),
        ([allow(), allow(Effect="Deny", Condition={"Bool": {}})], False),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "NotAction": "xray:*", "Resource": "*"}], False),
        ([allow(), {"Effect": "Deny", "NotAction": "logs:*", "Resource": "*"}], False),
    ],
)
def test_policies_allow_what_iam_would(statements: list[dict[str, Any]], expected: bool) -> None:  # noqa: FBT001
    assert allowed(ACTION, statements) is expected


@pytest.mark.parametrize("statement", [allow(), [allow()]])
def test_a_policy_may_hold_one_statement_or_a_list(statement: Any) -> None:
    assert statements_of({"Version": "2012-10-17", "Statement": statement}) == [allow()]
