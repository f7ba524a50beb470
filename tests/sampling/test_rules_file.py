"""Sampling rules files: each mistake with its file, place, value and cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_ecs_xray import SamplingRule, SamplingRuleError, SamplingRuleSet

GOOD = {"name": "checkout", "priority": 100, "fixed_rate": 0.5}


def test_what_a_rule_leaves_out_matches_everything_and_reserves_nothing(rules_file: Path) -> None:
    (rule,) = SamplingRuleSet.from_file(rules_file).rules

    assert (rule.name, rule.priority, rule.fixed_rate) == ("checkout", 100, 0.5)
    assert rule.reservoir_size == 0
    assert {rule.http_method, rule.host, rule.url_path, rule.service_name, rule.service_type} == {
        "*"
    }


@pytest.mark.parametrize(
    ("change", "expected", "fix"),
    [
        ({"fixed_rate": 5}, "fixed_rate must be between 0 and 1 (got 5", "For 5 %, write 0.05"),
        ({"fixed_rate": -0.1}, "fixed_rate must be between 0 and 1 (got -0.1", "0 samples nothing"),
        ({"fixed_rate": "0.5"}, "fixed_rate must be a number (got '0.5'", "Write one"),
        ({"fixed_rate": True}, "fixed_rate must be a number (got true", "Write one"),
        ({"priority": 0}, "priority must be between 1 and 9999 (got 0", "Default has"),
        ({"priority": 10000}, "priority must be between 1 and 9999 (got 10000", "Default has"),
        ({"priority": 1.5}, "priority must be a whole number (got 1.5", "Write one"),
        ({"priority": "1"}, "priority must be a whole number (got '1'", "Write one"),
        ({"priority": None}, "priority must be a whole number (got null", "Write one"),
        ({"reservoir_size": -1}, "reservoir_size must be between 0 and ", "0 reserves nothing"),
        ({"http_method": "X" * 11}, "http_method must be 1 to 10 characters long (got 11", "short"),
        ({"host": "h" * 65}, "host must be 1 to 64 characters long (got 65", "Shorten it"),
        ({"url_path": "/" * 129}, "url_path must be 1 to 128 characters long (got 129", "short"),
        ({"service_name": "s" * 65}, "service_name must be 1 to 64 characters long", "Shorten it"),
        ({"service_type": ""}, "service_type must be 1 to 64 characters long (got 0", "write"),
        ({"url_path": ["/a"]}, "url_path must be text (got a list", "Put it in quotes"),
        ({"url_pth": "/a"}, "url_pth must be a known key (got '/a'", "Did you mean 'url_path'?"),
        ({"x": 1}, "x must be a known key (got 1", "Known keys: name, priority"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_field_is_named_with_file_rule_value_and_fix(
    rules_file: Path,
    problems_of: Callable[..., list[str]],
    change: dict[str, object],
    expected: str,
    fix: str,
) -> None:
    rules_file.write_text(json.dumps({"rules": [{**GOOD, **change}]}))

    (problem,) = problems_of(SamplingRuleSet.from_file, rules_file)

    assert problem.startswith(f"sampling/rules.yaml, rule 'checkout': {expected}")
    assert fix.lower() in problem.rpartition(expected)[2].lower()


def test_a_missing_key_is_named(rules_file: Path, problems_of: Callable[..., list[str]]) -> None:
    rules_file.write_text(json.dumps({"rules": [{"name": "checkout", "priority": 100}]}))

    (problem,) = problems_of(SamplingRuleSet.from_file, rules_file)

    assert problem == (
        "sampling/rules.yaml, rule 'checkout': fixed_rate is required. Add 'fixed_rate: …'."
    )


def test_a_rule_without_a_name_is_named_by_its_position(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text("rules:\n  - {priority: 1, fixed_rate: 0}\n")

    (problem,) = problems_of(SamplingRuleSet.from_file, rules_file)

    assert problem.startswith("sampling/rules.yaml, rule 1: name is required")


def test_a_name_has_at_most_32_characters(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text(json.dumps({"rules": [GOOD | {"name": "r" * 32}]}))
    assert SamplingRuleSet.from_file(rules_file).rules[0].name == "r" * 32

    rules_file.write_text(json.dumps({"rules": [GOOD | {"name": "r" * 33}]}))
    (problem,) = problems_of(SamplingRuleSet.from_file, rules_file)

    assert problem.startswith("sampling/rules.yaml, rule 'rrr")
    assert "name must be 1 to 32 characters long (got 33" in problem


def test_x_rays_own_rule_cannot_be_redefined(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text(json.dumps({"rules": [GOOD | {"name": "Default"}]}))

    assert "name must not be 'Default'" in problems_of(SamplingRuleSet.from_file, rules_file)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules:\n", "rules must be a list (got null"),
        ("rules: checkout\n", "rules must be a list (got 'checkout'"),
        ("rules: {checkout: 1}\n", "rules must be a list (got a mapping"),
        ("ruels: []\n", "ruels must be a known key (got a list). Did you mean 'rules'?"),
        ("rules: [checkout]\n", "rules entry 1 must be a mapping (got 'checkout'"),
    ],
)
def test_a_file_without_rules_says_what_is_missing(
    rules_file: Path, problems_of: Callable[..., list[str]], text: str, expected: str
) -> None:
    rules_file.write_text(text)

    problems = problems_of(SamplingRuleSet.from_file, rules_file)

    assert any(expected in problem for problem in problems)
    assert all(problem.startswith("sampling/rules.yaml") for problem in problems)


def test_two_rules_of_one_name_are_refused(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text(json.dumps({"rules": [GOOD, GOOD | {"priority": 200}]}))

    (problem,) = problems_of(SamplingRuleSet.from_file, rules_file)

    assert "name must be unique (got a second 'checkout'). Rename one of them" in problem


def test_an_account_and_region_holds_25_rules(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules = [GOOD | {"name": f"rule-{number}"} for number in range(26)]
    rules_file.write_text(json.dumps({"rules": rules[:25]}))
    assert len(SamplingRuleSet.from_file(rules_file).rules) == 25

    rules_file.write_text(json.dumps({"rules": rules}))

    assert "at most 25" in problems_of(SamplingRuleSet.from_file, rules_file)[0]


def test_several_mistakes_are_reported_together_each_with_its_rule(
    rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    wrong = [
        GOOD | {"fixed_rate": 5, "priority": 0},
        {"name": "search", "priority": 1},
        GOOD | {"colour": "red"},
    ]
    rules_file.write_text(json.dumps({"rules": wrong}))

    problems = problems_of(SamplingRuleSet.from_file, rules_file)

    assert sorted(problem.split(":")[1].split()[0] for problem in problems) == [
        "colour",
        "fixed_rate",
        "fixed_rate",
        "name",
        "priority",
    ]
    assert sum("rule 'search'" in problem for problem in problems) == 1


def test_names_carry_the_environment_and_still_have_32_characters(rules_file: Path) -> None:
    rules_file.write_text(json.dumps({"rules": [GOOD | {"name": "r" * 28}]}))
    rules = SamplingRuleSet.from_file(rules_file)
    assert list(rules.qualified("dev")) == ["dev-" + "r" * 28]

    with pytest.raises(SamplingRuleError) as raised:
        rules.qualified("prod")

    (problem,) = map(str, raised.value.problems)
    assert "environment 'prod'" in problem
    assert "at most 32 characters long (got 33" in problem
    assert "Shorten the rule's name by 1" in problem


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=32)
RULES = st.builds(
    SamplingRule,
    name=TEXT.filter(lambda name: name != "Default"),
    priority=st.integers(1, 9999),
    fixed_rate=st.floats(0, 1),
    reservoir_size=st.integers(0, 1000),
    http_method=st.sampled_from(["*", "GET", "P?ST"]),
    host=TEXT,
    url_path=TEXT,
    service_name=TEXT,
    service_type=TEXT,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(rules=st.lists(RULES, min_size=1, max_size=4, unique_by=lambda rule: rule.name))
def test_what_was_written_is_what_is_read(rules_file: Path, rules: list[SamplingRule]) -> None:
    written = SamplingRuleSet(rules=tuple(rules))
    rules_file.write_text(written.model_dump_json())

    assert SamplingRuleSet.from_file(rules_file) == written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    rate=st.floats(allow_nan=False, allow_infinity=False).filter(lambda rate: not 0 <= rate <= 1)
)
def test_no_rate_outside_0_and_1_gets_through(rules_file: Path, rate: float) -> None:
    rules_file.write_text(json.dumps({"rules": [GOOD | {"fixed_rate": rate}]}))

    with pytest.raises(SamplingRuleError, match=r"fixed_rate must be between 0 and 1 \(got "):
        SamplingRuleSet.from_file(rules_file)
