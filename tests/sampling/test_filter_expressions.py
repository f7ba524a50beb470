from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.sampling.filter_expression import BOOLEANS, NUMBERS, STRINGS
from cdk_ecs_xray.sampling.filter_expression import check_filter_expression as check
from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError

CORPUS = json.loads((Path(__file__).parents[1] / "filter_expressions.json").read_text())
READ = CORPUS["read"]
REFUSED = CORPUS["refused"]


@pytest.mark.parametrize("expression", READ)
def test_what_the_developer_guide_shows_is_read(expression: str) -> None:
    check(expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_x_ray_would_drop_a_group_for_is_refused(expression: str) -> None:
    with pytest.raises(FilterExpressionError) as raised:
        check(expression)

    assert 0 < raised.value.column <= len(expression) + 1
    assert raised.value.fix


@pytest.mark.parametrize("family", ["fault", "error", "throttle", "responsetime"])
@pytest.mark.parametrize("part", ["service", "entity", "exception"])
def test_the_families_of_root_causes(family: str, part: str) -> None:
    check(f'rootcause.{family}.{part} {{ first and name CONTAINS "a" }} OR index > 1')
    check(f"!rootcause.{family}.{part}")


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
        ("ok && fault", 4, "Write AND"),
        ("ok || fault", 4, "Write OR"),
        ("NOT ok", 1, "Write !"),
        ("duration == 5", 10, "Write ="),
        ('http.url STARTSWITH "x"', 10, "Write BEGINSWITH"),
        ("Fault", 1, "Did you mean 'fault'?"),
        ("rootcause.fualt.service", 1, "Did you mean 'rootcause.fault.service'?"),
        ("rootcause.json = #[", 18, "JSON"),
        ('service(id(nam: "a"))', 12, "name, type, account.id"),
        ('service("a"', 12, "Write ')' there"),
        ("service(a)", 9, "Write a name"),
        ("ok)", 3, "Remove it"),
        ('http.url CONTAINS "x', 19, "closing"),
        ("annotation[]", 12, "key"),
        ("ok = 1", 6, "true or false"),
        ('edge("a")', 9, "Write ','"),
        ("annotation.a =", 15, "number, true, false"),
        ('service("a") { fault', 21, "Write '}'"),
        ("ok AND AND ok", 8, "Write a keyword"),
        ("(" * 2_000 + "ok", 2_003, "Write ')' there"),
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


@given(st.recursive(st.sampled_from(READ), joined))
def test_what_is_joined_of_good_parts_is_good(expression: str) -> None:
    check(expression)
