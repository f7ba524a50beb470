"""The page in a real browser: on a desktop and on phones, light and dark, its keys, no script."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.aws_reading import AwsLines, Calls
from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, HOSTILE, LARGE, NOW, Large
from tests.page.store import (
    Ended,
    Listens,
    Session,
    account_of,
    following,
    put,
    signup,
    store_of,
    trace_id,
)

CONTAINER = "AWS%3A%3AECS%3A%3AContainer"
# "large" is a page with 10,000 traces, "fresh" one without any yet.
VIEWS = {
    "traces": "/traces",
    "filtered": "/traces?q=http.status+%3D+409&rt=0.04..0.06",
    "problem": "/traces?q=http.status+%3D+%22409%22",
    "nothing": "/traces?q=http.status+%3D+409+AND+fault",
    "trace": f"/traces/{DUPLICATE}?logs=around",
    "hostile": f"/traces/{HOSTILE}",
    "map": "/map?node=signup-dev~AWS%3A%3ADynamoDB%3A%3ATable",
    "edge": f"/map?edge=signup~{CONTAINER}%3Esignup-dev~AWS%3A%3ADynamoDB%3A%3ATable",
    "logs": "/logs",
    "missing": "/nothing",
    "many": "large:/traces?by=exception",
    "many-map": "large:/map?q=http.status+%3D+409",
    "many-trace": f"large:/traces/{LARGE}",
    "first": "fresh:/traces",
    "ended": "ended:/traces",
}


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What is opened, and what happens to it when the browser asks."""

    addresses: Mapping[str, str]
    happens: Mapping[str, Callable[[], object]]


@pytest.fixture(scope="module")
def pages(page: Page, large: Large) -> Iterator[Pages]:
    store, lines = store_of([]), list[Mapping[str, Any]]()
    traces = following(store)
    fresh = Account(
        label=("dev", "AWS emulator", "eu-central-1", "no account"),
        is_real=False,
        traces=traces,
        lines=AwsLines(calls=Calls(session=cast("Any", Session(store, lines)))),
        log_groups=("/ecs/signup",),
        variables={"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"},
        arrival=traces.arrival,
        collector=Listens(lost="2027-01-15T08:00:00Z [Warn] Missing header or segment: {"),
    )
    ended = replace(
        account_of([], session=Ended()),
        caller="arn:aws:sts::123456789012:assumed-role/ReadOnly/someone",
        login="aws sso login --profile prod",
    )
    line = {"timestamp": int((NOW - 0.97) * 1000), "message": f"INFO late {trace_id(1, NOW - 1)}"}
    with (
        Page(fresh, clock=lambda: NOW) as first,
        Page(ended, clock=lambda: NOW) as refused,
    ):
        served = {"base": page, "large": large.page, "fresh": first, "ended": refused}
        yield Pages(
            addresses={name: one.url.rstrip("/") for name, one in served.items()},
            happens={
                "put": lambda: put(large.store, [signup(20_001, NOW - 0.5, status=500)]),
                "first": lambda: put(store, [signup(1, NOW - 1)]),
                "late": lambda: lines.append(line),
            },
        )


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def seen(
    pages: Pages, screenshots: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Any]:
    folder = tmp_path_factory.mktemp("browser")
    Thread(target=_happen_when_asked, args=(pages, screenshots), daemon=True).start()
    done = subprocess.run(
        [
            str(Path(sys.prefix) / "bin" / "node"),
            str(Path(__file__).parent / "browser" / "open_page.mjs"),
            str(screenshots),
            json.dumps(pages.addresses),
            *(f"{name}={path}" for name, path in VIEWS.items()),
        ],
        env={
            "PATH": os.defpath,
            "TMPDIR": str(folder),
            "HOME": str(folder),
            "EVERY_PICTURE": os.environ.get("EVERY_PICTURE", "0"),
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _happen_when_asked(pages: Pages, folder: Path) -> None:
    for name, happen in pages.happens.items():
        while not (folder / name).exists():
            time.sleep(0.05)
        happen()
        (folder / f"{name}.done").touch()


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


def test_a_view_takes_three_requests_of_its_own(seen: Mapping[str, Any], pages: Pages) -> None:
    for one in seen["measured"]:
        asked = [url for url in one["asked"] if not url.startswith("data:")]
        # The stream of changes is opened once the view is there.
        asked = [url for url in asked if "/events?" not in url]
        assert len(asked) <= 3, one["name"]
        assert all(url.startswith(tuple(pages.addresses.values())) for url in asked)


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
    assert re.search(r"/traces\?q=http\.status\+%3D\+409&from=\d+\.\d+&to=\d+", keys.pop("link"))
    assert keys == {
        "jj": 2,
        "k": 1,
        "e": 2,
        "alt": 2,
        "down": 3,
        "up": 2,
        "slash": "q",
        "typed": "http.status = 409j",
        "kept": "http.status = 409j",
        "help": True,
        "first": True,
        "next": True,
        "previous": True,
        "h": 1,
        "l": rows,
        "folded": 1,
        "unfolded": rows,
        "panel": False,
        "returned": True,
        "map": "/map",
        "traces": "/traces",
        "logs": "/logs",
        "off": 0,
        "stillOff": False,
    }


def test_a_range_of_a_chart_is_dragged_pressed_or_written(seen: Mapping[str, Any]) -> None:
    found = seen["range"]
    assert found["drawn"] == 1
    assert [found["dragged"], found["pressed"]] == found["wanted"]
    assert found["written"].startswith("242 of 243 traces")
    assert "from=" in found["link"]
    assert "rt=0.04..0.06" in found["link"]
    assert found["complaints"] == []


def test_a_log_line_points_into_the_timeline(seen: Mapping[str, Any]) -> None:
    assert seen["range"]["moments"] == seen["range"]["lanes"] > 2


def test_a_call_of_the_map_opens_and_closes_on_its_row(seen: Mapping[str, Any]) -> None:
    found = seen["range"]
    assert " to " in found["edge"]
    assert found["opened"] == "d"
    assert found["closed"] == found["row"].strip()


def test_the_first_trace_takes_the_place_of_how_far_data_came(seen: Mapping[str, Any]) -> None:
    listens, complained, asked, came = seen["first"]["stages"]
    assert "127.0.0.1:2000" in listens
    assert "Missing header" in complained
    assert "No SDK has asked for sampling rules" in asked
    assert "No segment has come to X-Ray" in came
    assert seen["first"]["complaints"] == []


def test_a_log_line_that_comes_late_is_looked_for_and_not_for_ever(seen: Mapping[str, Any]) -> None:
    found = seen["first"]
    assert found["before"] == 0
    (line,) = found["after"]
    assert "late" in line
    assert found["ticks"] == 1
    assert found["looks"] == 6


def test_a_new_trace_waits_until_it_is_asked_for(seen: Mapping[str, Any]) -> None:
    live = seen["live"]
    assert live["said"] == "1 new trace, 1 not ok: show"
    assert live["moved"] is False
    assert live["hidden"] is True
    assert live["axes"] == 1
    assert live["paused"] == "paused"


def test_what_completion_offers_is_taken_and_found(seen: Mapping[str, Any]) -> None:
    live = seen["live"]
    assert live["expanded"] == "true"
    assert live["active"] == "4091,000 traces"
    assert live["written"] == "http.status = 409 "
    assert live["choices"] is False
    assert live["found"].split() == ["1,000", "traces"]


def test_a_reader_gets_from_the_filter_to_the_log_lines(seen: Mapping[str, Any]) -> None:
    live = seen["live"]
    assert live["cause"] == live["exception"] == "ConditionalCheckFailedException"
    assert live["part"] == "dynamodb"
    (line,) = live["lines"]
    assert "twice" in line
    assert live["complaints"] == []


def test_paper_and_few_colors_show_all_of_it(seen: Mapping[str, Any]) -> None:
    styles = dict(seen["styles"])
    assert styles.pop("pattern") >= 1
    assert styles == {
        "pill": "solid",
        "bar": True,
        "controls": 0,
        "unfolded": True,
        "columns": "block",
    }


def test_without_javascript_links_lead_on_and_no_control_is_dead(
    seen: Mapping[str, Any],
) -> None:
    assert "/signup" in seen["plain"]["title"]
    assert seen["plain"]["dead"] == 0
    assert seen["plain"]["reload"] == 1
