"""Resolving, comparing and reading policies: what the checks stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cdk_ecs_xray.unknown import Unknown
from cdk_ecs_xray.verify.comparison import differences


@pytest.mark.parametrize(
    ("synthesized", "actual", "paths"),
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
    synthesized: Any, actual: Any, paths: Sequence[str]
) -> None:
    found = list(differences(synthesized, actual))
    assert [difference.path for difference in found] == paths
    assert all(
        " is " in str(difference) and "synthesized" in str(difference) for difference in found
    )
