"""What a view's address asks for; every state of a view is in it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cdk_ecs_xray.page.model import Span

RANGES = {
    "15m": ("Last 15 minutes", 900),
    "1h": ("Last hour", 3600),
    "6h": ("Last 6 hours", 21_600),
}
_DEFAULT = "15m"
LONGEST_EXPRESSION = 1000
_BY = ("response", "endpoint", "exception", "annotation")
_LONGEST_SPAN = 24 * 3600  # GetTraceSummaries takes no more.


@dataclass(frozen=True, kw_only=True)
class Query:
    """The state of a view.

    :param rt: response times from … to, in seconds.
    :param axes: how far the charts' axes went before, so that they never shrink while one looks:
        requests and response times of their largest buckets, and the longest time in seconds.
    :param absolute: from … to in epoch seconds, in place of a range that ends now.
    """

    q: str = ""
    range: str = _DEFAULT
    absolute: tuple[float, float] | None = None
    rt: tuple[float, float] | None = None
    group: str = ""
    by: str = _BY[0]
    cursor: str = ""
    axes: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def span(self, now: float) -> Span:
        """Return the time range."""
        if self.absolute is not None:
            return Span(start=self.absolute[0], end=self.absolute[1])
        return Span(start=now - RANGES[self.range][1], end=now)

    @property
    def words(self) -> str:
        """The time range, as a sentence goes on with it."""
        return "this range" if self.absolute else f"the {RANGES[self.range][0].lower()}"

    def fixed(self, now: float) -> Mapping[str, str]:
        """Return the parameters of the same view that does not move with the clock."""
        span = self.span(now)
        return self.parameters(from_=f"{span.start:.3f}", to=f"{span.end:.3f}")

    def parameters(self, **changed: str | None) -> Mapping[str, str]:
        """Return the parameters with some of them changed; None leaves one out."""
        found = {"q": self.q, "group": self.group}
        if self.absolute is None:
            found["range"] = "" if self.range == _DEFAULT else self.range
        else:
            found |= dict(zip(("from", "to"), (f"{n:.3f}" for n in self.absolute), strict=True))
        found["rt"] = "" if self.rt is None else f"{self.rt[0]:g}..{self.rt[1]:g}"
        found["by"] = "" if self.by == _BY[0] else self.by
        changes = {name.rstrip("_"): value or "" for name, value in changed.items()}
        if changes.get("from"):
            changes["range"] = ""
        return {name: value for name, value in (found | changes).items() if value}

    def link(self, path: str, **changed: str | None) -> str:
        """Return the address of a view in this state, with some of it changed."""
        found = urlencode(self.parameters(**changed))
        return f"{path}?{found}" if found else path

    def narrowed(self, term: str) -> str:
        """Return the expression with another condition."""
        return both(self.q, term)

    def of_group(self, groups: Mapping[str, str]) -> str:
        """Return the group's expression; empty for none, and for one that is not there."""
        return groups.get(self.group, "")


def read_query(parameters: Mapping[str, str], *, whole: Span | None = None) -> Query:
    """Return what an address asks for; what cannot be meant is as if it were absent.

    :param whole: the range of an address that names none.
    """
    span = parameters.get("range", "")
    by = parameters.get("by", "")
    absolute = _pair(parameters.get("from"), parameters.get("to"))
    if absolute is not None and absolute[1] - absolute[0] > _LONGEST_SPAN and whole is None:
        absolute = (absolute[1] - _LONGEST_SPAN, absolute[1])
    if whole is not None and absolute is None and span not in RANGES:
        absolute = (whole.start, whole.end)
    low, _, high = (parameters.get("rt") or _between(parameters)).partition("..")
    return Query(
        q=parameters.get("q", "").strip()[:LONGEST_EXPRESSION],
        range=span if span in RANGES else _DEFAULT,
        absolute=absolute,
        rt=_pair(low, high),
        group=parameters.get("group", ""),
        by=by if by in _BY else _BY[0],
        cursor=parameters.get("cursor", ""),
        axes=_axes(parameters.get("axes", "")),
    )


def _between(parameters: Mapping[str, str]) -> str:
    """Return the response times of the form's two fields, which are in milliseconds."""
    ends = {}
    for name, left_out in (("above", 0.0), ("below", _LONGEST_SPAN * 1000.0)):
        try:
            ends[name] = float(parameters.get(name) or left_out) / 1000
        except ValueError:
            return ""
    is_asked = parameters.get("above") or parameters.get("below")
    return f"{ends['above']}..{ends['below']}" if is_asked else ""


def both(one: str, other: str) -> str:
    """Return an expression of two that both have to match."""
    found = [text for text in (one.strip(), other.strip()) if text]
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({text})" if " OR " in text.upper() else text for text in found)


def _axes(text: str) -> tuple[float, float, float]:
    try:
        requests, times, longest = (min(max(float(one), 0.0), 1e6) for one in text.split(","))
    except ValueError:
        return 0.0, 0.0, 0.0
    is_sound = all(math.isfinite(one) for one in (requests, times, longest))
    return (requests, times, longest) if is_sound else (0.0, 0.0, 0.0)


def _pair(low: str | None, high: str | None) -> tuple[float, float] | None:
    try:
        found = float(low or ""), float(high or "")
    except ValueError:
        return None
    # The last moment that a date can have is far below.
    is_sound = all(math.isfinite(one) and 0 <= one < 2**34 for one in found)
    return found if is_sound and found[0] < found[1] else None


def quoted(text: str) -> str:
    """Return text as a filter expression has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
