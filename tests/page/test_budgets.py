"""Sizes and colors of the page, held to what its design allows."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from benchmarks import page as benchmark
from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.segments import StoredSegment
from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, LARGE, Large
from tests.page.store import ask

STATIC = Path(__file__).parents[2] / "constructs" / "cdk_ecs_xray" / "page" / "static"
OUTCOMES = ("ok", "error", "throttle", "fault", "pending")
EDGE = quote("signup~AWS::ECS::Container>signup-dev~AWS::DynamoDB::Table")
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11.
PAIRS = [
    *(
        ("ink", on, TEXT)
        for on in ("surface", "raised", "accent-bg", "error-bg", "fault-bg", "throttle-bg")
    ),
    *(("ink2", on, TEXT) for on in ("surface", "canvas", "raised", "accent-bg", "fault-bg")),
    *(("accent", on, TEXT) for on in ("surface", "raised", "accent-bg", "canvas", "fault-bg")),
    ("surface", "accent", TEXT),
    ("edge", "surface", GRAPHICS),
    *((kind, on, GRAPHICS) for kind in OUTCOMES for on in ("surface", "accent-bg")),
    *(
        (f"{kind}-ink", on, TEXT)
        for kind in OUTCOMES
        for on in (f"{kind}-bg", "surface", "accent-bg")
    ),
]


@pytest.mark.parametrize(("name", "kib"), [("style.css", 10), ("page.js", 12)])
def test_style_and_script_are_small(page: Page, name: str, kib: int) -> None:
    status, _, text = ask(page, f"/static/{name}")
    assert status == 200
    assert 1024 < len(gzip.compress(text.encode())) <= kib * 1024


class Elements(HTMLParser):
    """Counts them."""

    number = 0

    def handle_starttag(self, *_: object) -> None:
        self.number += 1


@pytest.mark.parametrize(
    "path",
    ["/traces", f"/traces/{LARGE}", "/map", "/traces?by=annotation", f"/map?edge={EDGE}"],
)
def test_ten_thousand_traces_and_a_thousand_parts_make_no_larger_page(
    large: Large, path: str
) -> None:
    _, _, text = ask(large.page, path)
    counted = Elements()
    counted.feed(text)
    assert len(gzip.compress(text.encode())) <= 20 * 1024
    assert 50 < counted.number <= 3000


def test_the_benchmark_asks_what_the_page_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGE_TRACES", "20")
    benchmark.main()
    first, *rows = capsys.readouterr().out.splitlines()
    assert first == "20 traces of two parts; milliseconds"
    assert len(rows) == 6


def test_a_list_reads_nothing_of_what_it_has_read_before(large: Large) -> None:
    ask(large.page, "/traces")
    with counting(large.store) as read:
        ask(large.page, "/traces?q=http.status+%3D+409")
    assert set(read) == {0}


@contextmanager
def counting(store: XRayStore) -> Iterator[list[int]]:
    """Yield how many segments each answer of the store has."""
    whole, sizes = store.segments.after, list[int]()

    def counted(number: int, *, most: int) -> Sequence[StoredSegment]:
        found = whole(number, most=most)
        sizes.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.segments, "after", counted)
        yield sizes


@pytest.mark.parametrize(
    "path", ["/traces", f"/traces/{DUPLICATE}", "/map", f"/map?edge={EDGE}", "/logs"]
)
def test_a_page_is_small_and_has_few_elements(page: Page, path: str) -> None:
    _, _, text = ask(page, path)
    counted = Elements()
    counted.feed(text)
    assert len(gzip.compress(text.encode())) <= 20 * 1024
    assert 50 < counted.number <= 3000


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colors_stands_out(scheme: int) -> None:
    css = (STATIC / "style.css").read_text(encoding="utf-8")
    block = re.findall(r":root\{(.*?)\}", css, re.DOTALL)[scheme]
    colors = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", block))

    low = [
        (front, behind, round(ratio(colors[front], colors[behind]), 2))
        for front, behind, least in PAIRS
        if ratio(colors[front], colors[behind]) < least
    ]

    assert low == []


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    digits = color[1:] if len(color) > 4 else "".join(one * 2 for one in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
