"""The filter patterns find the collectors' real error lines, and leave the normal ones alone.

CloudWatch cannot be asked here, so a small evaluator stands in for it. It knows the one form the
kit uses, ``?"term" ?"term"``, and is held to the examples of AWS's documentation.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cdk_ecs_xray.collectors.log_lines import (
    COUNTED_TERMS,
    LINE_MEANINGS,
    Trouble,
    filter_pattern,
    meaning_of,
    trouble_of,
)

_ANY_TERMS = re.compile(r'(?:\?(?:"[^"]+"|\w+))(?: \?(?:"[^"]+"|\w+))*')
_LONGEST_PATTERN = 1024  # As PutMetricFilter documents it.
_LINES = [
    tuple(line.split(" ", 2))
    for line in (Path(__file__).parent / "collector_lines.txt").read_text().splitlines()
    if not line.startswith("#")
]
TROUBLES = [(meaning, trouble, line) for meaning, trouble, line in _LINES if trouble != "none"]
NORMAL = [line for _, trouble, line in _LINES if trouble == "none"]


def matches(pattern: str, line: str, *, whole_words: bool = False) -> bool:
    """Whether CloudWatch Logs would match a line; AWS's text leaves open if words must be whole."""
    assert _ANY_TERMS.fullmatch(pattern), "a form that this evaluator does not know"
    terms = [quoted or plain for quoted, plain in re.findall(r'\?(?:"([^"]+)"|(\w+))', pattern)]
    if whole_words:
        return any(re.search(rf"(?<!\w){re.escape(term)}(?!\w)", line) for term in terms)
    return any(term in line for term in terms)


@pytest.mark.parametrize("whole_words", [False, True])
def test_the_evaluator_agrees_with_the_documented_examples(*, whole_words: bool) -> None:
    lines = ["[INFO] SHOULD BE FINE", "[ERROR 400] BAD REQUEST", "[WARN] 3 ARGUMENTS MISSING"]
    found = [line for line in lines if matches("?ERROR ?ARGUMENTS", line, whole_words=whole_words)]
    assert found == lines[1:]
    assert matches('?"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR")
    assert not matches("?ERROR", "[error 400] bad request")


@pytest.mark.parametrize("whole_words", [False, True], ids=["anywhere", "whole-words"])
@pytest.mark.parametrize(("meaning_id", "trouble", "line"), TROUBLES, ids=lambda one: one[:60])
def test_a_real_error_counts_once_and_is_understood(
    meaning_id: str, trouble: str, line: str, *, whole_words: bool
) -> None:
    counted = [
        known for known in Trouble if matches(filter_pattern(known), line, whole_words=whole_words)
    ]
    assert [known.value for known in counted] == [trouble]
    meaning = meaning_of(line)
    assert meaning is not None
    assert (meaning.meaning_id, trouble_of(line)) == (meaning_id, Trouble(trouble))


@pytest.mark.parametrize("line", NORMAL, ids=lambda line: line[:40])
def test_a_normal_line_counts_nowhere(line: str) -> None:
    assert [known for known in Trouble if matches(filter_pattern(known), line)] == []
    assert meaning_of(line) is None
    assert trouble_of(line) is None


def test_every_meaning_is_shown_by_a_line() -> None:
    shown = {meaning_id for meaning_id, _, _ in TROUBLES}
    assert {meaning.meaning_id for meaning in LINE_MEANINGS} == shown


def test_every_counted_text_has_a_cause() -> None:
    for terms in COUNTED_TERMS.values():
        assert [term for term in terms if meaning_of(term) is None] == []


def test_no_fix_sends_the_reader_to_a_reason_that_lines_do_not_hold() -> None:
    assert [one.meaning_id for one in LINE_MEANINGS if "reason in the line" in one.fix] == []


@pytest.mark.parametrize("trouble", Trouble)
def test_every_term_of_a_pattern_is_needed_by_a_line(trouble: Trouble) -> None:
    pattern = filter_pattern(trouble)
    assert len(pattern) <= _LONGEST_PATTERN
    for term in re.findall(r'\?"[^"]+"', pattern):
        assert any(matches(term, line) for _, _, line in TROUBLES), term
