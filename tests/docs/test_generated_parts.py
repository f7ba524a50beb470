"""What pages say of commands, options, keys, ids, errors and facts is what the code says."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta
from pathlib import Path

import click
import pytest

import cdk_ecs_xray
from cdk_ecs_xray.cli.commands import commands
from cdk_ecs_xray.sampling.prices import PRICES, SPAN_PRICES
from tools.docs import DOCS, PARTS, pages, with_parts
from tools.reference.facts import FACTS, old_facts, pinned
from tools.reference.messages import PACKAGE, ROOMS, text_of

_MARK = re.compile(r"<!-- ([a-z-]+): begin -->")


def text_of_page(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if _MARK.search(page.read_text(encoding="utf-8"))],
    ids=lambda page: page.name,
)
def test_a_page_has_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text == with_parts(text), "run: python -m tools.docs"


def test_every_part_is_on_one_page() -> None:
    marked = [name for page in pages() for name in _MARK.findall(page.read_text(encoding="utf-8"))]

    assert sorted(marked) == sorted(PARTS)


def test_a_part_that_differs_would_be_seen() -> None:
    changed = text_of_page("reference/cli.md").replace("`--fail-on", "`--fail-at")

    assert changed != text_of_page("reference/cli.md")
    assert with_parts(changed) == text_of_page("reference/cli.md")


def test_every_command_and_option_is_there() -> None:
    text = text_of_page("reference/cli.md")

    waiting: list[tuple[str, click.Command]] = [("ecs-xray", commands)]
    while waiting:
        path, command = waiting.pop()
        assert f"\n## {path}\n" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.opts[-1] in text
        if isinstance(command, click.Group):
            waiting += [(f"{path} {name}", one) for name, one in command.commands.items()]


def test_every_public_name_is_there() -> None:
    text = text_of_page("reference/python.md") + text_of_page("reference/exit-codes.md")

    for name in cdk_ecs_xray.__all__:
        assert f"\n## {name}\n" in text or f"\n| `{name}` |" in text, name


def test_an_option_has_its_default_and_its_text() -> None:
    text = text_of_page("reference/python.md")

    assert "| `profile` | `SidecarProfile.SAFE` | sizes and failure behavior" in text
    assert "| `restart_attempt_period_seconds` | `60` | how long it must have run before" in text
    assert "| `distribution` | required |" in text


def test_a_documented_option_has_a_text() -> None:
    """An option without ``:param`` would be an empty cell."""
    sections = re.findall(
        r"^## (XRay\w+|\w+Collector|CloudWatchAgent|SidecarProfile)\n(.*?)(?=^## )",
        text_of_page("reference/python.md"),
        re.DOTALL | re.MULTILINE,
    )
    assert len(sections) > 10
    for name, section in sections:
        assert re.findall(r"^\| `(\w+)` \| [^|]* \| +\|$", section, re.MULTILINE) == [], name


def test_facts_are_those_of_the_code() -> None:
    prices, known = FACTS["prices"], PRICES["us-east-1"]

    assert (prices["checked"], prices["region"]) == (known.as_of, known.region)
    assert prices["traces_recorded_per_million"] == known.recorded
    assert prices["traces_scanned_per_million"] == known.scanned
    assert prices["insights_per_million"] == known.insights
    assert prices["free_traces_recorded"] == known.free_recorded
    assert prices["free_traces_scanned"] == known.free_scanned
    spans = SPAN_PRICES["us-east-1"]
    assert FACTS["span-prices"]["checked"] == spans.as_of
    assert FACTS["span-prices"]["verified"] == spans.verified
    assert set(FACTS["images"]["newest_seen"]) == set(pinned())


def test_pages_print_when_a_fact_was_checked() -> None:
    for part, fact in (("prices", "prices"), ("versions", "images"), ("versions", "x-ray-daemon")):
        day = FACTS[fact]["checked"]
        assert f"{day:%B} {day.day}, {day.year}" in PARTS[part]()


def test_a_fact_that_nobody_checked_for_90_days_is_warned_of() -> None:
    facts = {"prices": {"checked": date(2026, 11, 1), "source": "https://aws.example"}}

    assert old_facts(facts, date(2026, 11, 1) + timedelta(days=90)) == []
    (warning,) = old_facts(facts, date(2026, 11, 1) + timedelta(days=91))
    assert warning == (
        "docs/facts.yaml: prices was checked on 2026-11-01, 91 days ago. "
        "Look it up at https://aws.example and set the date."
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("'a'", "a"),
        ("f'a {b} c'", "a … c"),
        ("f'{a}: ' + 'b'", "…: b"),
        ("'a' if b else 'c'", "a / c"),
        ("'a' if b else c", "a"),
        ("where", "…"),
    ],
)
def test_a_message_is_read_from_code(code: str, text: str) -> None:
    assert text_of(ast.parse(code, mode="eval").body) == text


def test_every_room_with_messages_has_its_section() -> None:
    text = text_of_page("reference/messages.md")
    rooms = {
        file.relative_to(PACKAGE).parts[0]
        for file in PACKAGE.rglob("*.py")
        if "Problem(" in file.read_text(encoding="utf-8")
    }

    # What is not in a room words nothing: the class itself, and who prints it.
    assert {room for room in rooms if (PACKAGE / room).is_dir()} <= set(ROOMS)
    for title, _ in ROOMS.values():
        assert f"\n## {title}\n" in text
    # One that users meet, of each form.
    assert "| services is required | Pass at least one MonitoredService. |" in text
    assert "| XRayDirect and XRayTracing cannot be combined | Keep one. |" in text
    assert "| sidecar not found | Add one with add_extension(XRayTracing()). |" in text
