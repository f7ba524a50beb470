"""What the report's style says of an outcome, it says once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_ecs_xray.review import render

STYLE = (Path(render.__file__).parent / "report.css").read_text()


@pytest.mark.parametrize(
    ("outcome", "color"),
    [("connected", "good"), ("not-connected", "error"), ("cannot-tell", "warning")],
)
def test_a_verdict_has_the_color_of_what_it_means(outcome: str, color: str) -> None:
    rules = [line for line in STYLE.splitlines() if f".tag.{outcome} " in line.replace(",", " ")]

    assert len(rules) == 1
    assert f"background: var(--{color})" in rules[0]
