"""Turns values into HTML: the templates, and what they may call."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cdk_ecs_xray.page import words
from cdk_ecs_xray.page.model import TROUBLE, WORDS
from cdk_ecs_xray.printable import counted, printable


def environment() -> Environment:
    """Return the templates. All that they write is escaped, and made visible where it is not."""
    found = Environment(
        loader=PackageLoader("cdk_ecs_xray.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "took": words.took,
        "tick": words.tick,
        "clock": words.clock,
        "minute": words.minute,
        "day": words.day,
        "local": words.local,
        "short": words.short,
        "percent": words.percent,
        "offset": words.offset,
    }
    found.globals |= {
        "words": WORDS,
        "trouble": TROUBLE,
        "rate": words.rate,
        "counted": counted,
    }
    return found


def _visible(value: Any) -> Any:
    """Replace characters that a browser would obey, such as those that turn text around."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "".join(one if one in "\n\t" else printable(one) for one in value)
