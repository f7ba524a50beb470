"""Who may ask, what every answer carries, and that nothing shown is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import HOSTILE, SCRIPT
from tests.page.store import account_of, ask

VIEWS = (
    "/traces",
    "/traces?by=annotation",
    "/traces?by=exception&q=fault+AND+ok",
    f"/traces/{HOSTILE}",
    f"/traces/{HOSTILE}?seg={'f' * 16}",
    f"/traces/{HOSTILE}?only=trouble&clock=fitted&gap=whole",
    "/map",
    "/map?q=fault",
    "/logs",
)
DATA = (
    "/traces.json",
    f"/traces/{HOSTILE}.json",
    "/map.json",
    "/complete?q=annotation",
    "/map.mmd",
)
FRAGMENTS = tuple(f"/fragment{path}" for path in VIEWS)
TEMPLATES = Path(__file__).parents[2] / "constructs" / "cdk_ecs_xray" / "page" / "templates"


@pytest.fixture
def real() -> Iterator[Page]:
    with Page(account_of([], is_real=True)) as served:
        yield served


@pytest.mark.parametrize("path", [*VIEWS, *FRAGMENTS, *DATA, "/static/style.css", "/nothing"])
def test_every_answer_has_the_headers(page: Page, path: str) -> None:
    _, headers, _ = ask(page, path)
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil:80"])
def test_another_name_for_this_machine_is_refused(page: Page, host: str) -> None:
    for path in ("/traces", "/events?view=traces", *DATA, FRAGMENTS[0]):
        assert ask(page, path, Host=host)[0] == 421


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_its_own_names_are_answered(page: Page, name: str) -> None:
    assert ask(page, "/traces", Host=f"{name}:{page.port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_get_is_served(page: Page, method: str) -> None:
    assert ask(page, "/traces", method=method)[0] == 405


def test_other_sites_may_not_ask_but_may_link(page: Page) -> None:
    for path in ("/traces", "/events?view=traces", *DATA, FRAGMENTS[0]):
        assert ask(page, path, Origin="https://evil.example")[0] == 403
    assert ask(page, "/traces.json", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")[0] == 403
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert ask(page, "/traces", **followed, Sec_Fetch_Dest="document")[0] == 200
    assert ask(page, "/traces", **followed, Sec_Fetch_Dest="iframe")[0] == 403


def test_a_real_account_wants_the_token_once(real: Page) -> None:
    where = urlsplit(real.url)
    assert ask(real, "/traces")[0] == 403
    assert ask(real, "/traces?token=guess")[0] == 403
    for path in ("/static/style.css", "/events?view=traces", *DATA, FRAGMENTS[0]):
        assert ask(real, path)[0] == 403

    status, headers, _ = ask(real, f"/?{where.query}&q=fault")

    assert (status, headers["location"]) == (302, "/traces?q=fault")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert ask(real, "/traces", Cookie=cookie.partition(";")[0])[0] == 200
    assert ask(real, "/traces", Cookie=cookie.partition("=")[0] + "=no")[0] == 403


@pytest.mark.parametrize("path", [*VIEWS, *FRAGMENTS])
def test_nothing_that_was_sent_is_markup(page: Page, path: str) -> None:
    status, _, text = ask(page, path)
    assert status == 200
    assert SCRIPT not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert "secret" not in text
    read = Attributes()
    read.feed(text)
    scripts = [attributes for tag, attributes in read.found if tag == "script"]
    assert scripts == ([] if path in FRAGMENTS else [{"src": "/static/page.js", "defer": None}])
    names = {name for _, attributes in read.found for name in attributes}
    assert {name for name in names if name == "style" or name.startswith("on")} == set()
    links = {attributes["href"] for _, attributes in read.found if "href" in attributes}
    assert {link for link in links if not re.match(r"/(?!/)|#|\?|data:,$", link or "")} == set()


class Attributes(HTMLParser):
    """Every element with its attributes, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", DATA)
def test_data_is_never_taken_for_a_page(page: Page, path: str) -> None:
    status, headers, _ = ask(page, path)
    assert status == 200
    assert headers["content-type"].partition(";")[0] in ("application/json", "text/plain")
    assert headers["x-content-type-options"] == "nosniff"


def test_the_script_never_makes_markup_of_data() -> None:
    static = TEMPLATES.parent / "static"
    script = "".join(one.read_text(encoding="utf-8") for one in static.glob("*.js"))
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(", script)
        == []
    )


def test_no_template_says_that_something_is_safe() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    assert len(texts) >= 6
    for text in texts:
        assert re.findall(r"\|\s*safe|autoescape|style=|<style|javascript:", text) == []
