"""Facts that change without this project: ``docs/facts.yaml``, and what pages show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from cdk_ecs_xray import (
    DotNetInstrumentation,
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
)
from tools.images import images
from tools.reference.table import table

Facts = Mapping[str, Mapping[str, Any]]
FILE = Path(__file__).parents[2] / "docs" / "facts.yaml"
FACTS: Facts = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OLD = timedelta(days=90)
_AGENT = "aws-observability/adot-autoinstrumentation-"


def old_facts(facts: Facts, today: date) -> Sequence[str]:
    """Return a warning for each fact that nobody checked for longer than 90 days."""
    return [
        f"docs/facts.yaml: {name} was checked on {fact['checked']}, {age.days} days ago. "
        f"Look it up at {fact['source']} and set the date."
        for name, fact in facts.items()
        if (age := today - fact["checked"]) > OLD
    ]


def pinned() -> Mapping[str, str]:
    """Return the tag of each image that this version pins, by repository."""
    agents = {
        "python": PythonInstrumentation().version,
        "node": NodeInstrumentation().version,
        "java": JavaInstrumentation().version,
        "dotnet": DotNetInstrumentation().version,
    }
    return {**images(), **{f"{_AGENT}{language}": tag for language, tag in agents.items()}}


def versions() -> str:
    """Return the status of the daemon and the pinned images."""
    daemon, found = FACTS["x-ray-daemon"], FACTS["images"]
    rows = [
        (f"`public.ecr.aws/{repository}`", f"`{tag}`", f"`{found['newest_seen'][repository]}`")
        for repository, tag in pinned().items()
    ]
    return "\n".join(
        [
            f"X-Ray daemon and X-Ray SDKs: {daemon['status']} (Checked {_on(daemon['checked'])}: "
            f"[one page]({daemon['source']}), [the other]({daemon['other_source']}).)",
            "",
            *table(("image", "pinned here", f"newest seen {_on(found['checked'])}"), rows),
        ]
    )


def prices() -> str:
    """Return what X-Ray charges."""
    return "\n".join(_prices(FACTS["prices"]))


def _prices(fact: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"In {fact['region']}, checked {_on(fact['checked'])} at "
        f"[AWS's page]({fact['source']}), which has the other regions."
    )
    yield ""
    yield from table(
        ("X-Ray charges for", "US dollars per million", "free a month, per account"),
        [
            _row(
                "traces recorded", fact["traces_recorded_per_million"], fact["free_traces_recorded"]
            ),
            _row("traces scanned", fact["traces_scanned_per_million"], fact["free_traces_scanned"]),
            _row("traces of groups with insights", fact["insights_per_million"], 0),
        ],
    )


def _row(what: str, price: float, free: int) -> tuple[str, str, str]:
    return what, f"${price:.2f}", f"{free:,}" if free else ""


def _on(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
