"""Every check: a file that triggers it, and a neighbor that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.sampling import SamplingCheck, SamplingRuleSet
from cdk_ecs_xray.sampling.checks import (
    EnvironmentRules,
    check_account,
    check_environment_names,
    check_rules,
)
from cdk_ecs_xray.sampling.reading import inspect_rules
from cdk_ecs_xray.severity import Severity
from tests.sampling.check_cases import (
    BOOST,
    CASES,
    GROUP,
    RULE,
    SEARCH,
    document,
    groups,
    many,
    rule,
)


def found(path: Path) -> list[SamplingCheck]:
    reading = inspect_rules(path, SamplingRuleSet)
    findings = list(reading.findings)
    if reading.rules is not None:
        findings += check_rules(
            EnvironmentRules(environment="prod", rules=reading.rules, where=reading.where)
        )
    for finding in findings:
        assert str(finding.problem).startswith("sampling/rules.yaml")
        assert finding.problem.got or finding.problem.what.endswith("required")
        assert finding.problem.fix
    return [finding.check for finding in findings]


@pytest.mark.parametrize(
    ("check", "wrong", "right"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)]
)
def test_a_check_finds_its_mistake_and_not_its_neighbour(
    write_rules: Callable[..., Path],
    check: SamplingCheck,
    wrong: dict[str, Any],
    right: dict[str, Any],
) -> None:
    assert check in found(write_rules(**wrong) if wrong else written_badly(write_rules))
    assert check not in found(write_rules(**right))


def written_badly(write_rules: Callable[..., Path]) -> Path:
    path = write_rules(RULE)
    path.write_text("rules: [")
    return path


def test_neighbours_have_no_finding_at_all(write_rules: Callable[..., Path]) -> None:
    clean = document(
        rule(url_path="/checkout/*", environments={"prod": {"fixed_rate": 1}}),
        SEARCH | {"sampling_rate_boost": BOOST},
        groups=[GROUP],
    )

    assert found(write_rules(**clean)) == []


def in_account(path: Path, **services: list[str]) -> list[tuple[SamplingCheck, str]]:
    rules = inspect_rules(path, SamplingRuleSet).rules
    assert rules is not None
    sharing = [
        EnvironmentRules(environment=name, rules=rules, where="sampling/rules.yaml", services=names)
        for name, names in services.items()
    ]
    return [(finding.check, str(finding.problem)) for finding in check_account(sharing)]


def test_a_wildcard_service_captures_other_environments_of_the_account(
    write_rules: Callable[..., Path],
) -> None:
    path = write_rules(RULE)

    captured = in_account(path, dev=[], prod=[])

    assert [check for check, _ in captured] == [SamplingCheck.OTHER_ENVIRONMENTS] * 2
    assert "captures every service of 'prod'" in captured[0][1]
    assert in_account(path, dev=[]) == []


def test_a_service_pattern_captures_what_it_matches_elsewhere(
    write_rules: Callable[..., Path],
) -> None:
    own = rule(service_name="dev-*", environments={"prod": {"service_name": "prod-*"}})
    path = write_rules(own)
    assert in_account(path, dev=["dev-api"], prod=["prod-api"]) == []

    captured = in_account(write_rules(rule(service_name="*-api")), dev=["dev-api"], prod=["p-api"])

    assert [problem.split("captures ")[1].split(")")[0] for _, problem in captured] == [
        "'p-api' of 'prod'",
        "'dev-api' of 'dev'",
    ]
    assert in_account(write_rules(rule(host="dev.example.com")), dev=[], prod=[]) == []


def test_environments_of_an_account_share_its_quota(write_rules: Callable[..., Path]) -> None:
    hosts = [entry | {"host": "a"} for entry in many(13)]
    path = write_rules(*hosts)

    (finding,) = in_account(path, dev=[], prod=[])

    assert finding[0] is SamplingCheck.QUOTA
    assert "got 26" in finding[1]
    assert in_account(write_rules(*hosts[:12]), dev=[], prod=[]) == []


def test_one_environment_of_an_account_sets_its_default_rule(
    write_rules: Callable[..., Path],
) -> None:
    def managed_by(name: str) -> EnvironmentRules:
        path = write_rules(rule(host="a"), default={"managed_by": name})
        read = inspect_rules(path, SamplingRuleSet).rules
        assert read is not None
        return EnvironmentRules(environment=name, rules=read, where="rules.yaml")

    (finding,) = check_account([managed_by("dev"), managed_by("prod")])

    assert finding.check is SamplingCheck.DEFAULT_MANAGED_TWICE
    assert finding.severity is Severity.ERROR
    assert finding.problem.where == "environments 'dev', 'prod'"
    other = replace(managed_by("prod"), environment="staging")
    assert list(check_account([managed_by("dev"), other])) == []


def test_an_environment_that_does_not_exist_is_named(write_rules: Callable[..., Path]) -> None:
    rules = inspect_rules(
        write_rules(rule(environments={"prd": {"fixed_rate": 1}})), SamplingRuleSet
    ).rules
    assert rules is not None

    (finding,) = check_environment_names(rules, "sampling/rules.yaml", ["dev", "prod"])

    assert finding.check is SamplingCheck.UNKNOWN_ENVIRONMENT
    assert "environment 'prd' not found" in str(finding.problem)
    assert list(check_environment_names(rules, "sampling/rules.yaml", ["prd"])) == []


def test_every_check_is_tried_here() -> None:
    tried = {case[0] for case in CASES}

    assert set(SamplingCheck) - tried == {
        SamplingCheck.OTHER_ENVIRONMENTS,
        SamplingCheck.UNKNOWN_ENVIRONMENT,
        SamplingCheck.DEFAULT_MANAGED_TWICE,
    }


def test_severities_are_stable(write_rules: Callable[..., Path]) -> None:
    warnings = {
        SamplingCheck.SKIPPED_BY_SDKS,
        SamplingCheck.OTHER_ENVIRONMENTS,
        SamplingCheck.BOOST,
    }
    path = write_rules(rule(attributes={"a": "b"}, fixed_rate=0.95, sampling_rate_boost=BOOST))
    rules = inspect_rules(path, SamplingRuleSet).rules
    assert rules is not None

    findings = list(check_rules(EnvironmentRules(environment=None, rules=rules, where="r")))

    assert {finding.check for finding in findings} <= warnings
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_a_column_is_told_for_a_filter_expression(write_rules: Callable[..., Path]) -> None:
    reading = inspect_rules(
        write_rules(**groups(GROUP | {"filter_expression": "ok AND fualt"})), SamplingRuleSet
    )

    (finding,) = reading.findings
    assert str(finding.problem) == (
        "sampling/rules.yaml, group 'faults': filter_expression must be a filter expression of "
        "X-Ray (got 'fualt' at column 8). Did you mean 'fault'?"
    )


def test_a_mistake_in_an_override_names_the_environment(write_rules: Callable[..., Path]) -> None:
    reading = inspect_rules(
        write_rules(rule(environments={"dev": {"fixed_rate": 5}})), SamplingRuleSet
    )

    (finding,) = reading.findings
    assert str(finding.problem) == (
        "sampling/rules.yaml, rule 'checkout', environment 'dev': fixed_rate must be between 0 "
        "and 1 (got 5). For 5 %, write 0.05."
    )
