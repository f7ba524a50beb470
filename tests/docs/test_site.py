"""The site: each page has its place in it, and every link leads to a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
HOME = "https://github.com/cdk-ecs-xray/cdk-ecs-xray/"
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


class _Config(yaml.SafeLoader):
    """Reads the one tag for Python that the file has."""


_Config.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda *_: None)


@pytest.fixture(scope="module")
def config() -> Mapping[str, Any]:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=_Config)  # noqa: S506 - based on SafeLoader
    return found


def listed(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
        return
    for entry in nav:
        for below in entry.values():
            yield from listed(below)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page as GitHub names them."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    titles = re.findall(r"^ {0,3}#+ (.+)$", text, re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", re.sub(r"`", "", title.lower())) for title in titles)
    return {title.strip().replace(" ", "-") for title in kept}


def test_each_page_is_in_the_navigation_once(config: Mapping[str, Any]) -> None:
    assert sorted(listed(config["nav"])) == [page.relative_to(DOCS).as_posix() for page in PAGES]


def test_the_plugins_are_those_that_zensical_knows(config: Mapping[str, Any]) -> None:
    # It ignores others without a word.
    assert set(config["plugins"]) <= {"search", "mkdocstrings"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_link_leads_to_a_heading(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https:"):
            continue
        file = page if target == "" else (page.parent / target).resolve()
        # What is outside of docs/ is not on the site.
        assert file.is_relative_to(DOCS), target
        assert file.is_file(), target
        assert anchor == "" or anchor in anchors(file), f"{target}#{anchor}"


def test_links_to_the_repository_name_files_that_are_there() -> None:
    named = {
        (page.name, urlsplit(target).path.split("/blob/main/")[1])
        for page in PAGES
        for target, _ in _LINK.findall(page.read_text(encoding="utf-8"))
        if target.startswith(HOME + "blob/main/")
    }
    assert len(named) > 3
    assert [(page, file) for page, file in named if not (ROOT / file).is_file()] == []


def test_each_page_begins_with_its_title_and_a_text() -> None:
    for page in PAGES:
        title, empty, first, *_ = page.read_text(encoding="utf-8").splitlines()
        assert title.startswith("# "), page
        assert empty == "", page
        assert re.match(r"[A-Z`*]", first), f"{page.name}: {first}"
