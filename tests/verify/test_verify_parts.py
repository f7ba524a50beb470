"""Resolving, comparing and reading policies: what the checks stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cdk_ecs_xray.unknown import Unknown
from cdk_ecs_xray.verify.comparison import differences
from cdk_ecs_xray.verify.policies import allowed, statements_of


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
        ({"role": Unknown(expression="${R.Arn}/a")}, {"role": "arn:x/a"}, []),
        ({"role": Unknown(expression="${R.Arn}/a")}, {"role": "arn:x/b"}, ["role"]),
        ({"name": Unknown(expression="fq-${Stage}-xray")}, {"name": "fq-dev-xray"}, []),
        ({"name": Unknown(expression="fq-${Stage}-xray")}, {"name": "fq-dev-adot"}, ["name"]),
        ({"name": Unknown(expression="${If Prod}")}, {}, []),
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
