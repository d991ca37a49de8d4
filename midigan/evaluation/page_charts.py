"""Charts of a report as SVG in text: densities of a measure, and a bar with its ceiling.

Colours come from the page's style sheet by class, so that they follow light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from midigan.evaluation.overlap import kernel_densities
from midigan.evaluation.rolls import Values

WIDTH, HEIGHT = 260, 96
_BASE, _TOP = 80, 6
_POINTS = 480
#: Shares of the values beside which a density is not drawn: one stray phrase widens no chart.
_DRAWN = (0.005, 0.995)

#: Classes of the style sheet for generated, held-out and other real phrases.
CLASSES = ("own", "known", "other")


def density_chart(samples: Sequence[Values], label: str) -> str:
    """The densities of generated, held-out and other real phrases' values, NaN left out.

    They are those whose overlapping area is measured, drawn with equal areas. label: for those
    who hear the page.
    """
    defined = [sample[~np.isnan(sample)] for sample in samples]
    present = [sample for sample in defined if len(sample)]
    if not present or np.ptp(np.concatenate(present)) == 0:
        return _single_value(present, label)
    grid, densities = kernel_densities(present, _POINTS)
    low, high = _drawn_range(present, grid)
    inside = (grid >= low) & (grid <= high)
    curves = [density[inside] / density.sum() for density in densities]
    highest = max(curve.max() for curve in curves)
    x = (grid[inside] - low) / (high - low) * WIDTH
    shapes = dict(
        zip([c for c, d in zip(CLASSES, defined, strict=True) if len(d)], curves, strict=True)
    )
    # Held-out music first, as the ground on which the others are seen.
    paths = [
        _curve(x, _BASE - shapes[kind] / highest * (_BASE - _TOP), kind)
        for kind in ("known", "other", "own")
        if kind in shapes
    ]
    return _svg("".join(paths) + _axis(low, high), label)


def card(name: str, figure: str, samples: Sequence[Values]) -> str:
    """A measure's name, a figure, and its chart, see `density_chart`."""
    label = escape(f"densities of {name}")
    return (
        f'<div class="chart"><header><h3>{escape(name)}</h3><span>{figure}</span></header>'
        f"{density_chart(samples, label)}</div>"
    )


def legend(kinds: int = 3) -> str:
    """What the colours of the charts mean; kinds: how many of them are used."""
    names = ("composed", "held out", "other real music")
    return (
        '<div class="legend">'
        + "".join(
            f'<span><i class="{kind}"></i>{name}</span>'
            for kind, name in zip(CLASSES[:kinds], names, strict=False)
        )
        + "</div>"
    )


def bar(overlap: float, ceiling: float | None) -> str:
    """A bar of 0..1 with a tick at the ceiling."""
    tick = "" if ceiling is None else f'<i style="left:{100 * ceiling:.1f}%"></i>'
    return f'<span class="bar"><b style="width:{100 * overlap:.1f}%"></b>{tick}</span>'


def fixed(value: float, form: str = ".3f") -> str:
    """A figure of three decimals; a dash for NaN."""
    return "–" if np.isnan(value) else f"{value:{form}}".replace("-", "−")


def _drawn_range(samples: Sequence[Values], grid: Values) -> tuple[float, float]:
    """What of the grid is drawn: nearly all values, and a little room."""
    low = min(float(np.quantile(sample, _DRAWN[0])) for sample in samples)
    high = max(float(np.quantile(sample, _DRAWN[1])) for sample in samples)
    if low == high:
        low, high = float(grid[0]), float(grid[-1])
    room = 0.08 * (high - low)
    return low - room, high + room


def _curve(x: Values, y: Values, kind: str) -> str:
    points = " ".join(f"{a:.0f},{b:.1f}" for a, b in zip(x, y, strict=True))
    line = f'<polyline class="{kind}" points="{points}"/>'
    if kind == "other":
        return line
    return f'<polygon class="{kind} area" points="0,{_BASE} {points} {WIDTH},{_BASE}"/>{line}'


def _axis(low: float, high: float) -> str:
    middle = (low + high) / 2
    step = 10.0 ** np.floor(np.log10((high - low) / 2))
    ticks = next(t for f in (1, 2, 5, 10) if len(t := _ticks(low, high, f * step / 2)) <= 5)
    marks = "".join(
        f'<text x="{(tick - low) / (high - low) * WIDTH:.0f}" y="{HEIGHT - 3}" '
        f'text-anchor="{_anchor(tick, low, high, middle)}">{_short(tick)}</text>'
        for tick in ticks
    )
    return f'<line class="axis" x1="0" x2="{WIDTH}" y1="{_BASE}" y2="{_BASE}"/>{marks}'


def _ticks(low: float, high: float, step: float) -> Values:
    return np.round(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step, 9) + 0.0


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _anchor(tick: float, low: float, high: float, middle: float) -> str:
    """Text at an edge stays inside."""
    if abs(tick - middle) < 0.42 * (high - low):
        return "middle"
    return "start" if tick < middle else "end"


def _single_value(present: Sequence[Values], label: str) -> str:
    words = f"always {_short(float(present[0][0]))}" if present else "undefined"
    text = f'<text x="{WIDTH / 2}" y="{_BASE / 2}" text-anchor="middle">{words}</text>'
    return _svg(f'{text}<line class="axis" x1="0" x2="{WIDTH}" y1="{_BASE}" y2="{_BASE}"/>', label)


def _svg(content: str, label: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{content}</svg>'
