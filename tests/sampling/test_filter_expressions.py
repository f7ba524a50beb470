from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.sampling.filter_expression import BOOLEANS, NUMBERS, STRINGS
from cdk_ecs_xray.sampling.filter_expression import check_filter_expression as check
from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError

DOCUMENTED = [
    "ok",
    "!ok",
    "ok = false",
    "responsetime > 5",
    "duration >= 5 AND duration <= 8",
    "ok !partial duration <3",
    'http.url CONTAINS "/api/game/"',
    'user CONTAINS ""',
    'service("api.example.com") { fault }',
    "service() { fault }",
    'edge("api.example.com", "backend.example.com") { error }',
    'http.url BEGINSWITH "http://a/" AND http.url CONTAINS "/v2/" AND !service("a")',
    'annotation.gameid = "817DL6VO"',
    "annotation.age > 29",
    "annotation[age] > 29",
    'annotation[user] BEGINSWITH "a"',
    "annotation.premium",
    "annotation.premium = true or fault",
    'service(id(name: "random-name", type: "AWS::Lambda::Function")) { error }',
    'edge(id(name: "a", type: "t"), id(name: "b", account.id: "123456789012")) { error }',
    'group.name = "slow" AND responsetime > 5',
    'service("a") { fault = true OR responsetime > 2.5 } AND annotation.account = "12345"',
    "(ok or fault) and (error)",
    'rootcause.fault.service.name = "a"',
    'http.useragent ENDSWITH "\\"quoted\\""',
]


@pytest.mark.parametrize("expression", DOCUMENTED)
def test_an_expression_of_the_developer_guide_is_read(expression: str) -> None:
    check(expression)


@pytest.mark.parametrize("keyword", BOOLEANS)
def test_a_boolean_stands_alone_or_compared(keyword: str) -> None:
    check(f"{keyword} AND !{keyword} AND {keyword} != true")


@pytest.mark.parametrize("keyword", NUMBERS)
def test_a_number_is_compared_with_numbers_only(keyword: str) -> None:
    check(" ".join(f"{keyword} {sign} 1.5" for sign in ("=", "!=", "<", "<=", ">", ">=")))
    with pytest.raises(FilterExpressionError):
        check(f'{keyword} = "1"')


@pytest.mark.parametrize("keyword", STRINGS)
def test_a_text_is_compared_with_texts_only(keyword: str) -> None:
    for sign in ("=", "!=", "CONTAINS", "BEGINSWITH", "ENDSWITH"):
        check(f'{keyword} {sign} "a"')
    with pytest.raises(FilterExpressionError):
        check(f"{keyword} < 1")


@pytest.mark.parametrize(
    ("expression", "column", "cure"),
    [
        ("", 1, "Write a keyword"),
        ("ok AND", 7, "Write a keyword"),
        ("fualt", 1, "Did you mean 'fault'?"),
        ('responsetime > "5"', 16, "Write a number"),
        ('http.url contains "x"', 10, "CONTAINS"),
        ("http.url = 'x'", 12, 'Quote text with "'),
        ('service("a"', 12, "Write ')' there"),
        ("service(a)", 9, "Write a name"),
        ("ok)", 3, "Remove it"),
        ('http.url CONTAINS "x', 19, "closing"),
        ("annotation[]", 12, "key"),
        ("responsetime", 13, "Write one of"),
        ("ok = 1", 6, "true or false"),
        ('edge("a")', 9, "Write ','"),
        ("annotation.a =", 15, "number, true, false"),
        ('service("a") { fault', 21, "Write '}'"),
        ("ok AND AND ok", 8, "AND"),
        ("(" * 200 + "ok" + ")" * 200, 102, "levels"),
    ],
)
def test_a_mistake_is_found_in_its_column(expression: str, column: int, cure: str) -> None:
    with pytest.raises(FilterExpressionError) as raised:
        check(expression)

    assert raised.value.column == column
    assert cure in raised.value.fix


@given(st.text('ok!()"{}[]<>=, .andORservice0129', max_size=40))
def test_no_text_breaks_the_parser(expression: str) -> None:
    assert 0 <= column_of_error(expression) <= len(expression) + 1


def column_of_error(expression: str) -> int:
    try:
        check(expression)
    except FilterExpressionError as refused:
        return refused.column
    return 0


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = st.sampled_from(["AND", "OR", "and", "or", ""])
    return st.builds("({}) {} !({})".format, parts, words, parts)


@given(st.recursive(st.sampled_from(DOCUMENTED), joined))
def test_what_is_joined_of_good_parts_is_good(expression: str) -> None:
    check(expression)
