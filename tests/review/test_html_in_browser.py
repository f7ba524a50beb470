"""The HTML report in a real browser: on a desktop and on phones, light and dark."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import review

HERE = Path(__file__).parent
# WCAG 2.2, success criterion 1.4.3, for text of a usual size.
LEAST_CONTRAST = 4.5
SMALLEST_TEXT = 11.0
Measured = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, screenshots: Path) -> Measured:
    folder = tmp_path_factory.mktemp("report")
    page = folder / "report.html"
    peers = HERE / "peers"
    report = review(str(peers / "composex.json"), against=str(peers / "terraform-module.json"))
    page.write_text(render(report, "html"), encoding="utf-8")
    done = subprocess.run(
        [
            str(Path(sys.prefix) / "bin" / "node"),
            str(HERE / "browser" / "open_report.mjs"),
            str(page),
            str(screenshots),
        ],
        env={"PATH": os.defpath, "TMPDIR": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Measured = json.loads(done.stdout)
    return found


def test_it_was_opened_on_every_screen(measured: Measured, screenshots: Path) -> None:
    screens = {(page["screen"], page["colorScheme"]) for page in measured}

    assert len(screens) == len(measured) == 6
    assert all(page["texts"] for page in measured)
    assert all(
        (screenshots / f"{screen}-{scheme}.png").stat().st_size > 10_000
        for screen, scheme in screens
    )


def test_the_page_asks_for_nothing_and_complains_of_nothing(measured: Measured) -> None:
    for page in measured:
        assert page["said"] == []
        assert [url for url in page["asked"] if not url.startswith(("file:", "data:"))] == []
        assert sum(url.startswith("file:") for url in page["asked"]) == 1


def test_nothing_has_to_be_scrolled_sideways(measured: Measured) -> None:
    for page in measured:
        assert page["needed"] <= page["width"], page["screen"]
        cut = [text["text"] for text in page["texts"] if text["right"] > page["width"]]
        assert cut == [], page["screen"]


def test_every_text_stands_out_and_is_large_enough(measured: Measured) -> None:
    for page in measured:
        where = f"{page['screen']} {page['colorScheme']}"
        pale = [text for text in page["texts"] if text["contrast"] < LEAST_CONTRAST]
        tiny = [text for text in page["texts"] if text["pixels"] < SMALLEST_TEXT]
        assert pale == [], where
        assert tiny == [], where


@pytest.mark.usefixtures("measured")
def test_light_and_dark_differ(screenshots: Path) -> None:
    light, dark = (
        (screenshots / f"phone-{scheme}.png").read_bytes() for scheme in ("light", "dark")
    )

    assert light != dark
