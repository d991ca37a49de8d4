"""Colours of the view: soft ones on the terminal's own background, dark or light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color
from rich.style import Style

#: Hues of the tracks in turn, 24 bits.
_HUES = (
    (0xE8, 0x83, 0x86),
    (0xDF, 0xAE, 0x5F),
    (0x6C, 0xB8, 0xA0),
    (0x7F, 0xA6, 0xE3),
    (0xB7, 0x91, 0xD9),
    (0x9B, 0xBF, 0x6B),
    (0xD9, 0x8F, 0xB8),
    (0x8F, 0xB3, 0xBE),
)
#: The same from a palette of 256: to come and sounding, of each the onset, then the rest.
_INDEXED = (
    (174, 131, 217, 210),
    (179, 136, 222, 221),
    (79, 72, 158, 115),
    (111, 68, 153, 117),
    (140, 97, 183, 177),
    (149, 107, 192, 155),
    (175, 132, 218, 212),
    (109, 66, 152, 116),
)
_INDEXED_PLAYED = (243, 240)
#: The same where there are but sixteen colours.
_NAMED = ("red", "yellow", "green", "cyan", "magenta", "blue")
#: What has been played fades towards this, as readable on black as on white.
_FADED = (0x74, 0x78, 0x80)
_LIGHT = (0xFF, 0xFF, 0xFF)

#: States of a cell of the roll: a note to come, one that sounds, one that has been played; and
#: for each the onset, then the rest of it.
TO_COME, SOUNDING, PLAYED = 0, 2, 4


@dataclass(frozen=True)
class Look:
    """Styles by what they are for; `notes` by track, then by state."""

    plain: Style
    strong: Style
    faint: Style
    good: Style
    warning: Style
    names: Sequence[Style]
    notes: Sequence[Sequence[Style]]


@lru_cache
def look_of(color_system: str | None, tracks: int) -> Look:
    """The look for a terminal; `color_system` as `rich.console.Console` names it."""
    plain, strong, faint = Style.null(), Style(bold=True), Style(dim=True)
    if color_system is None:
        tones = (plain, plain, strong, strong, faint, faint)
        return Look(plain, strong, faint, strong, strong, [strong] * tracks, [tones] * tracks)
    faint = Style(color="bright_black")
    if color_system == "standard":
        names = [_NAMED[track % len(_NAMED)] for track in range(tracks)]
        hues = [Style(color=name) for name in names]
        bright = [Style(color=f"bright_{name}") for name in names]
        notes = [(h, h, b, b, faint, faint) for h, b in zip(hues, bright, strict=True)]
        return Look(
            plain, strong, faint, Style(color="green"), Style(color="yellow"), bright, notes
        )
    if color_system == "256":
        return _indexed(tracks)
    faint = _style(_FADED)
    hues = [_style(_HUES[track % len(_HUES)]) for track in range(tracks)]
    return Look(
        plain,
        strong,
        faint,
        _style(_HUES[2]),
        _style(_HUES[1]),
        [hue + strong for hue in hues],
        [_tones(_HUES[track % len(_HUES)]) for track in range(tracks)],
    )


def _indexed(tracks: int) -> Look:
    rows = [(*_INDEXED[track % len(_INDEXED)], *_INDEXED_PLAYED) for track in range(tracks)]
    notes = [[Style(color=f"color({index})") for index in row] for row in rows]
    names = [tones[TO_COME] + Style(bold=True) for tones in notes]
    faint, good, warning = (Style(color=f"color({index})") for index in (243, 72, 179))
    return Look(Style.null(), Style(bold=True), faint, good, warning, names, notes)


def _tones(hue: tuple[int, int, int]) -> tuple[Style, ...]:
    """Of a note the onset is stronger than the rest; what sounds is lit, what was fades."""
    return (
        _style(hue),
        _style(_mixed(hue, _FADED, 0.30)),
        _style(_mixed(hue, _LIGHT, 0.50)),
        _style(_mixed(hue, _LIGHT, 0.25)),
        _style(_mixed(hue, _FADED, 0.65)),
        _style(_mixed(hue, _FADED, 0.85)),
    )


def _mixed(
    one: tuple[int, int, int], other: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _style(rgb: tuple[int, int, int]) -> Style:
    return Style(color=Color.from_rgb(*rgb))


@lru_cache(1024)
def over(upper: Style, lower: Style) -> Style:
    """The style of an upper half block whose lower half is coloured, too."""
    return Style(color=upper.color, bgcolor=lower.color)
