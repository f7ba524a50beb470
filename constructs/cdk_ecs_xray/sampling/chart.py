"""Traces a minute by rule, as an SVG of its own: no script, no font, no network."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from cdk_ecs_xray.printable import markup

WIDTH, HEIGHT = 960, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 40, 56
_LEGEND_STEP = 18
_TICKS = 5
_MOST_POINTS = 480
_MOST_RULES = 8
# Okabe and Ito's palette, distinct with every common color vision and on light and dark.
_COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#cc79a7",
    "#56b4e9",
    "#b3a400",
    "#7f7f7f",
)
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2328}.grid{stroke:#d0d7de}.back{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}.back{fill:#0d1117}}"
)

Series = Mapping[str, Mapping[int, float]]


def traces_chart(series: Series, *, title: str) -> str:
    """Draw stacked areas of traces a minute.

    :param series: by rule, expected traces by minute since 1970. Beyond eight rules the smallest
        are drawn as one; long spans are drawn as means of several minutes.
    """
    stacked = _fewer(series)
    minutes = [minute for values in series.values() for minute in values] or [0]
    first, last = min(minutes), max(minutes)
    step = -(-(last - first + 1) // _MOST_POINTS)
    columns = range(first, last + 1, step)
    means = {
        name: [sum(values.get(m + i, 0.0) for i in range(step)) / step for m in columns]
        for name, values in stacked.items()
    }
    highest = max((sum(column) for column in zip(*means.values(), strict=True)), default=0.0)
    top = _round_up(highest)
    height = HEIGHT + _LEGEND_STEP * len(means)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{markup(title)}"><title>{markup(title)}</title><style>{_STYLE}</style>',
        f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        f'<text x="{_LEFT}" y="24" font-weight="600">{markup(title)}</text>',
        *_vertical_axis(top),
        *_areas(means, top),
        *_horizontal_axis(first, last),
        *_legend(means),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _fewer(series: Series) -> Series:
    ordered = sorted(series.items(), key=lambda item: -sum(item[1].values()))
    shown = dict(ordered[: _MOST_RULES - 1] if len(ordered) > _MOST_RULES else ordered)
    rest: dict[int, float] = {}
    for _, values in ordered[len(shown) :]:
        for minute, traces in values.items():
            rest[minute] = rest.get(minute, 0.0) + traces
    return {**shown, "the others": rest} if rest else shown


def _round_up(value: float) -> float:
    """Return a number of one leading digit, so that ticks are short."""
    size = 1.0
    while size * 10 < value:
        size *= 10
    while size > value > 0:
        size /= 10
    return next(size * n for n in (1, 2, 5, 10) if size * n >= value)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _x(place: float) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * place


def _vertical_axis(top: float) -> Sequence[str]:
    parts = []
    for tick in range(_TICKS + 1):
        value = top * tick / _TICKS
        y = _y(value, top)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>'
        )
    middle = (HEIGHT + _TOP - _BOTTOM) / 2
    parts.append(
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {middle:.0f})">traces per minute</text>'
    )
    return parts


def _areas(means: Mapping[str, Sequence[float]], top: float) -> Sequence[str]:
    parts = []
    below: Sequence[float] = []
    for colour, (name, values) in zip(_COLOURS, means.items(), strict=False):
        below = below or [0.0] * len(values)
        above = [low + value for low, value in zip(below, values, strict=True)]
        places = [_x(i / max(1, len(values) - 1)) for i in range(len(values))]
        if len(values) == 1:
            # One minute is a bar as wide as the picture.
            places, above, below = [_x(0), _x(1)], above * 2, [*below] * 2
        edge = [f"{x:.1f},{_y(v, top):.1f}" for x, v in zip(places, above, strict=True)]
        base = [f"{x:.1f},{_y(v, top):.1f}" for x, v in zip(places, below, strict=True)]
        points = " ".join([*edge, *reversed(base)])
        parts.append(
            f'<polygon fill="{colour}" points="{points}"><title>{markup(name)}</title></polygon>'
        )
        below = above[: len(values)]
    return parts


def _horizontal_axis(first: int, last: int) -> Sequence[str]:
    parts = []
    pattern = "%H:%M" if last - first < 24 * 60 else "%d %b %H:%M"
    for tick in range(_TICKS + 1):
        place = tick / _TICKS
        when = time.gmtime((first + (last - first) * place) * 60)
        parts.append(
            f'<text x="{_x(place):.1f}" y="{HEIGHT - _BOTTOM + 20}" text-anchor="middle">'
            f"{time.strftime(pattern, when)}</text>"
        )
    parts.append(
        f'<text x="{_x(0.5):.1f}" y="{HEIGHT - _BOTTOM + 42}" text-anchor="middle">'
        "time (UTC)</text>"
    )
    return parts


def _legend(means: Mapping[str, Sequence[float]]) -> Sequence[str]:
    parts = []
    for row, (colour, (name, values)) in enumerate(zip(_COLOURS, means.items(), strict=False)):
        y = HEIGHT + _LEGEND_STEP * row
        mean = sum(values) / len(values)
        parts.append(
            f'<rect x="{_LEFT}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
            f'<text x="{_LEFT + 20}" y="{y}">{markup(name)}, {mean:,.1f} a minute on average</text>'
        )
    return parts
