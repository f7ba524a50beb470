"""How the page writes durations, times, counts and ids. Pure, but for the zone of local times."""

from __future__ import annotations

from datetime import UTC, datetime

_SHOWN_ID = 8
_MINUTE = 60.0
_WHOLE_MS = 100.0


def took(seconds: float | None) -> str:
    """A duration: ``0.4 ms``, ``36.7 ms``, ``412 ms``, ``1.84 s``, ``2 min 3 s``; … if unknown."""
    if seconds is None:
        return "…"
    if seconds >= _MINUTE:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    if round(seconds, 3) >= 1:
        return f"{seconds:.2f} s"
    ms = seconds * 1000
    if 0 < ms < 1:
        return f"{ms * 1000:.0f} µs"
    return f"{ms:.1f} ms" if round(ms, 1) < _WHOLE_MS else f"{ms:.0f} ms"


def tick(seconds: float) -> str:
    """A duration on an axis: without a fraction that is nothing."""
    return "0" if seconds == 0 else took(seconds).replace(".0 ", " ").replace(".00 ", " ")


def offset(seconds: float) -> str:
    """A duration with its sign."""
    return f"{'+' if seconds >= 0 else '−'}{took(abs(seconds))}"  # noqa: RUF001 - a minus sign


def clock(moment: float) -> str:
    """The time of day in UTC with milliseconds."""
    return _utc(moment).strftime("%H:%M:%S.") + f"{_utc(moment).microsecond // 1000:03d}"


def minute(moment: float) -> str:
    """Hours and minutes in UTC."""
    return _utc(moment).strftime("%H:%M")


def day(moment: float) -> str:
    """Date and time in UTC, as titles and machines have it."""
    return _utc(moment).isoformat(timespec="milliseconds")


def local(moment: float) -> str:
    """Date and time of this machine, which is the reader's: nobody else can open the page."""
    at = _utc(moment).astimezone()
    return f"{at.isoformat(sep=' ', timespec='milliseconds')[:23]} {at.tzname()}, your time"


def short(identifier: str) -> str:
    """The end of an id, which differs where its beginning is a time."""
    return identifier[-_SHOWN_ID:]


def percent(share: float) -> str:
    """A share with one decimal."""
    return f"{share * 100:.1f} %"


def rate(calls: float, seconds: float) -> str:
    """Calls per minute."""
    return f"{calls / max(seconds, 1) * 60:,.1f}/min"


def _utc(moment: float) -> datetime:
    try:
        return datetime.fromtimestamp(moment, UTC)
    except (OverflowError, OSError, ValueError):
        # A document may say that it began whenever it likes.
        return datetime.fromtimestamp(0, UTC)
