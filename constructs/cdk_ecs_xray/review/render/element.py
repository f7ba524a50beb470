"""Elements of HTML and SVG whose texts cannot be anything but text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from cdk_ecs_xray.printable import markup, printable

_WITHOUT_END = frozenset({"meta"})


@dataclass(frozen=True)
class Element:
    """Markup that is safe to stand in a page."""

    markup: str

    def __str__(self) -> str:
        return self.markup


def element(name: str, /, *children: str | Element, **attributes: str) -> Element:
    """Return an element; texts among its children and attributes are escaped.

    An attribute that is a word of Python has an underscore after it, and others instead of
    hyphens: ``class_``, ``aria_label``.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{markup(value)}"'
        for key, value in attributes.items()
    )
    if name in _WITHOUT_END:
        return Element(f"<{name}{written}>")
    inner = "".join(
        child.markup if isinstance(child, Element) else escape(printable(child), quote=False)
        for child in children
    )
    return Element(f"<{name}{written}>{inner}</{name}>")
