"""``ecs-xray rules import account`` against the AWS emulator, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.sampling import SamplingRuleSet

RULE = {
    "ResourceARN": "*",
    "ServiceType": "*",
    "HTTPMethod": "*",
    "Host": "*",
    "Version": 1,
}


def test_an_accounts_rules_become_a_file_that_is_clean(
    aws: EmbeddedAws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in aws.cdk_environment().items():
        monkeypatch.setenv(name, value)
    client: Any = aws.client("xray")
    for number in range(12):
        client.create_sampling_rule(
            SamplingRule=RULE
            | {
                "RuleName": f"route-{number}",
                "Priority": 100 - number,
                "FixedRate": 0.25,
                "ReservoirSize": number,
                "ServiceName": f"api-{number}",
                "URLPath": f"/{number}/*",
            }
        )
    client.create_group(GroupName="faults", FilterExpression="fault")
    client.update_sampling_rule(
        SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.2, "ReservoirSize": 5}
    )
    target = tmp_path / "rules.yaml"

    assert run(["rules", "import", "account", "-o", str(target)]) == 0

    read = SamplingRuleSet.from_file(target)
    assert [(rule.name, rule.priority, rule.reservoir_size) for rule in read.rules] == [
        (f"route-{number}", 100 - number, number) for number in reversed(range(12))
    ]
    assert {rule.fixed_rate for rule in read.rules} == {0.25}
    assert (read.default.fixed_rate, read.default.reservoir_size) == (0.2, 5)
    assert [group.name for group in read.groups] == ["faults"]
    capsys.readouterr()
    assert run(["rules", "check", str(target)]) == 0
    assert "no findings" in capsys.readouterr().out
