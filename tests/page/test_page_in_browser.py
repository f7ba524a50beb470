"""The page in a real browser: on a desktop and on phones, light and dark, its keys, no script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, HOSTILE

VIEWS = {
    "traces": "/traces",
    "filtered": "/traces?q=http.status+%3D+409&rt=0.04..0.06",
    "problem": "/traces?q=http.status+%3D+%22409%22",
    "trace": f"/traces/{DUPLICATE}?logs=around",
    "hostile": f"/traces/{HOSTILE}",
    "map": "/map?node=signup-dev~AWS%3A%3ADynamoDB%3A%3ATable",
    "logs": "/logs",
    "missing": "/nothing",
}


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def seen(
    page: Page, screenshots: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Any]:
    folder = tmp_path_factory.mktemp("browser")
    done = subprocess.run(
        [
            str(Path(sys.prefix) / "bin" / "node"),
            str(Path(__file__).parent / "browser" / "open_page.mjs"),
            page.url.rstrip("/"),
            str(screenshots),
            *(f"{name}={path}" for name, path in VIEWS.items()),
        ],
        env={"PATH": os.defpath, "TMPDIR": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def test_every_view_was_opened_on_every_screen(seen: Mapping[str, Any], screenshots: Path) -> None:
    assert len(seen["measured"]) == len(VIEWS) * 6
    assert all(path.stat().st_size > 4000 for path in screenshots.glob("*.png"))
    light, dark = (
        (screenshots / f"traces-390-{scheme}.png").read_bytes() for scheme in ("light", "dark")
    )
    assert light != dark


def test_the_browser_complains_of_nothing(seen: Mapping[str, Any]) -> None:
    # A browser itself says that an address is not there.
    assert [one for one in seen["measured"] if one["said"] and one["name"] != "missing"] == []


def test_a_view_takes_three_requests_of_its_own(seen: Mapping[str, Any], page: Page) -> None:
    for one in seen["measured"]:
        asked = [url for url in one["asked"] if not url.startswith("data:")]
        assert len(asked) <= 3, one["name"]
        assert all(url.startswith(page.url) for url in asked)


def test_nothing_has_to_be_scrolled_sideways(seen: Mapping[str, Any]) -> None:
    wide = [
        (one["name"], one["width"], one["needed"])
        for one in seen["measured"]
        if one["needed"] > one["width"]
    ]
    assert wide == []


def test_its_keys_do_what_they_say(seen: Mapping[str, Any]) -> None:
    keys = dict(seen["keys"])
    rows = keys.pop("rows")
    assert rows >= 2
    assert keys == {
        "jj": 2,
        "k": 1,
        "e": 2,
        "slash": "q",
        "typed": "http.status = 409j",
        "help": True,
        "folded": 1,
        "unfolded": rows,
        "panel": False,
        "map": "/map",
    }


def test_without_javascript_links_lead_on_and_no_control_is_dead(
    seen: Mapping[str, Any],
) -> None:
    assert "/signup" in seen["plain"]["title"]
    assert seen["plain"]["dead"] == 0
