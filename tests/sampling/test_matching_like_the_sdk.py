"""Matching against the functions of aws-xray-sdk itself: zero differences allowed."""

from __future__ import annotations

from typing import Any

from aws_xray_sdk.core.sampling.rule_cache import RuleCache
from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule as SdkRule
from aws_xray_sdk.core.utils.search_pattern import wildcard_match
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_ecs_xray.sampling import DefaultRule, SamplingRule, SamplingRuleSet
from cdk_ecs_xray.sampling.explaining import explain_request
from cdk_ecs_xray.sampling.matching import Request, deciding_rule
from cdk_ecs_xray.sampling.patterns import pattern_matches
from cdk_ecs_xray.sampling.route_decider import RouteDecider

# Few letters, so that patterns and texts meet; one whose lower case has two characters, one whose
# lower case depends on its place in a word, and wildcards in texts.
LETTERS = "aAbB/.İΣς*?"
PATTERNS = st.text(LETTERS, min_size=1, max_size=7)
TEXTS = st.none() | st.text(LETTERS + "cK", max_size=9)
NOW = 1_800_000_000


@settings(max_examples=10_000, deadline=None)
@given(pattern=st.text(LETTERS, max_size=9), text=st.text(LETTERS + "cK", max_size=12))
def test_a_pattern_matches_what_the_sdk_matches(pattern: str, text: str) -> None:
    assert pattern_matches(pattern, text) == wildcard_match(pattern, text)


RULES = st.builds(
    SamplingRule,
    name=st.text("abcXYZ-", min_size=1, max_size=4),
    priority=st.integers(1, 3),
    fixed_rate=st.just(0.5),
    host=PATTERNS,
    http_method=PATTERNS,
    url_path=PATTERNS,
    service_name=st.just("*") | PATTERNS,
    service_type=st.just("*") | PATTERNS,
)
REQUESTS = st.fixed_dictionaries(
    dict.fromkeys(("host", "method", "path", "service", "service_type"), TEXTS)
)


def sdk_winner(rules: list[SamplingRule], request: dict[str, str | None]) -> str:
    cache = RuleCache()
    cache.last_updated = NOW
    default = SdkRule("Default", 10000, 0.05, 1, "*", "*", "*", "*", "*")
    cache.load_rules(
        [
            default,
            *(
                SdkRule(
                    rule.name,
                    rule.priority,
                    rule.fixed_rate,
                    rule.reservoir_size,
                    rule.host,
                    rule.http_method,
                    rule.url_path,
                    rule.service_name,
                    rule.service_type,
                )
                for rule in rules
            ),
        ]
    )
    return str(cache.get_matched_rule(request, NOW).name)


def ours(request: dict[str, Any]) -> Request:
    return Request(
        host=request["host"],
        http_method=request["method"],
        url_path=request["path"],
        service_name=request["service"],
        service_type=request["service_type"],
    )


# At least 10 000 decisions: making up rules takes longer than deciding by them.
@settings(max_examples=2_500, deadline=None)
@given(
    rules=st.lists(RULES, min_size=1, max_size=5, unique_by=lambda r: r.name),
    requests=st.lists(REQUESTS, min_size=4, max_size=6),
)
def test_the_rule_that_decides_is_the_sdks(
    rules: list[SamplingRule], requests: list[dict[str, str | None]]
) -> None:
    for request in requests:
        assert_decided_alike(rules, request)


def assert_decided_alike(rules: list[SamplingRule], request: dict[str, str | None]) -> None:
    expected = sdk_winner(rules, request)
    in_order = SamplingRuleSet(rules=tuple(rules)).in_environment(None)
    default = DefaultRule()
    asked = ours(request)

    assert deciding_rule(in_order, default, asked).name == expected
    (winner,) = (v for v in explain_request(in_order, default, asked) if v.wins)
    assert winner.rule.name == expected
    service = Request(service_name=asked.service_name, service_type=asked.service_type)
    position = RouteDecider(in_order, service).decide(asked.host, asked.http_method, asked.url_path)
    names = [*(rule.name for rule in in_order), default.name]
    assert names[position] == expected


@settings(max_examples=2_000, deadline=None)
@given(
    pattern=st.text("ab*?/Z", min_size=1, max_size=8), path=st.text("abz/Z", min_size=1, max_size=9)
)
def test_prepared_paths_match_like_single_ones(pattern: str, path: str) -> None:
    rule = SamplingRule(name="r", priority=1, fixed_rate=0, url_path=pattern)

    decided = RouteDecider([rule]).decide(None, None, path)

    assert (decided == 0) == wildcard_match(pattern, path)
