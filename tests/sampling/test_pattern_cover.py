"""Cover of patterns against every text up to a length, and against texts that decide."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_ecs_xray.sampling.patterns import pattern_covers, pattern_matches, uncovered_text

ALL_TEXTS = ["".join(text) for length in range(1, 8) for text in product("abz", repeat=length)]
SHORT = st.text("ab*?", min_size=1, max_size=5)


@settings(max_examples=600, deadline=None)
@given(wider=SHORT, narrower=SHORT)
def test_cover_is_what_trying_every_text_says(wider: str, narrower: str) -> None:
    # Two patterns of five characters differ, if at all, in a text of at most seven.
    tried = all(
        pattern_matches(wider, text) for text in ALL_TEXTS if pattern_matches(narrower, text)
    )

    assert pattern_covers(wider, narrower) == tried


@settings(max_examples=1_000, deadline=None)
@given(
    wider=st.text("abAB/*?", min_size=1, max_size=20),
    narrower=st.text("abAB/*?", min_size=1, max_size=20),
)
def test_a_text_that_is_not_covered_proves_itself(wider: str, narrower: str) -> None:
    text = uncovered_text(wider, narrower)

    if text is not None:
        assert pattern_matches(narrower, text)
        assert not pattern_matches(wider, text)


@pytest.mark.parametrize(
    ("wider", "narrower", "covers"),
    [
        ("*", "/checkout/*", True),
        ("/checkout/*", "*", False),
        ("/api/*", "/API/v1/*", True),
        ("/api/*/cart", "/api/*/*/cart", True),
        ("/api/*/*/cart", "/api/*/cart", False),
        ("G?T", "GET", True),
        ("GET", "G?T", False),
        ("?*", "*", True),  # An empty field is a missing one, which matches every rule.
        ("??*", "*", False),
        ("*a*", "*ab*", True),
        ("*?a*", "*ba*", True),
        ("a*b", "ab", True),
    ],
)
def test_cover_of_patterns_people_write(*, wider: str, narrower: str, covers: bool) -> None:
    assert pattern_covers(wider, narrower) is covers


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        ("*a" + "?" * 120, "*a" + "?" * 120),
        ("*a*b*c*d*" * 14, "*a?b?c?d*" * 14),
        ("/" + "a*" * 63, "/" + "a?" * 63),
        ("*" + "?a" * 60 + "*", "*" + "a?" * 60 + "*"),
    ],
)
def test_the_worst_patterns_take_no_time(wider: str, narrower: str) -> None:
    started = time.process_time()

    uncovered_text(wider[:128], narrower[:128])

    assert time.process_time() - started < 5
