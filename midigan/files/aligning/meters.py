"""Meters: which songs go into a set whose bars are as long as the layout's, or a meter's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from midigan.errors import MidiganError
from midigan.files.aligning.bars import Bars, lay_bars
from midigan.files.aligning.stretches import UNNAMED, positions_per_tick
from midigan.files.score import Score
from midigan.layout import Layout, is_compound

#: What happens to songs in other meters than the layout's. `only` leaves them out, `pad` fills
#: their bars with silence; a meter such as `3/4` takes the songs in it, in bars of its length;
#: `native` is the meter that most of the music is in; `auto` is `only`, but where that would
#: leave nothing `native`, and where no bars can be made of that meter `pad`.
ONLY, PAD, NATIVE, AUTO = "only", "pad", "native", "auto"

#: The meter of music that names none, by the standard (RP-001).
_COMMON = "4/4"

#: How the reason begins why a song is left out.
OTHER_METER = "another meter"

_METER = re.compile(r"([1-9]\d?)/(1|2|4|8|16|32|64)")


def is_meter_rule(text: str) -> bool:
    """Whether a text is one of the words above, or a meter."""
    return text in (ONLY, PAD, NATIVE, AUTO) or _METER.fullmatch(text) is not None


def layout_in(layout: Layout, rule: str) -> Layout:
    """The layout with bars of a meter's length, and the meter in its name.

    rule: as above; without a meter in it the layout is as it was. Raises MidiganError if it
    is none of these, or if the meter's bar is no whole number of steps.
    """
    if not is_meter_rule(rule) or rule in (NATIVE, AUTO):
        raise MidiganError(f"no meter {rule!r}: name one such as 3/4, or {ONLY} or {PAD}")
    found = _METER.fullmatch(rule)
    if not found:
        return layout
    numerator, denominator = int(found[1]), int(found[2])
    steps, rest = divmod(4 * numerator * layout.steps_per_beat, denominator)
    if rest:
        raise MidiganError(
            f"a bar of {rule} is {steps + rest / denominator:g} steps of layout {layout.name}, "
            f"which has {layout.steps_per_beat} to the quarter note: bars are whole steps"
        )
    same_beats = is_compound(numerator, denominator) == is_compound(*layout.meter)
    if steps == layout.steps and same_beats:
        return layout
    name = f"{layout.name}-{numerator}-{denominator}"
    return replace(layout, name=name, steps=steps, denominator=denominator)


def against(rule: str, bars: Bars) -> str | None:
    """Why a song of these bars is left out; None if it is not.

    `only` asks that at least half the measures fill whole bars of the layout; a meter, that
    the song have most measures of it.
    """
    if rule == ONLY and bars.fitting < 0.5:
        return f"{OTHER_METER}, {_main_meter(bars)}"
    if "/" in rule and _main_meter(bars) != rule:
        return f"{OTHER_METER}, {_main_meter(bars)} instead of {rule}"
    return None


def most_frequent(scores: Iterable[Score], layout: Layout) -> tuple[str, str]:
    """The meter that most pieces are in, and the reason in words."""
    return _most_frequent(_bars(score, layout) for score in scores)


def suitable(scores: Iterable[Score], layout: Layout) -> tuple[str, str | None]:
    """What `auto` means for these pieces, and the reason in words where it is not `only`.

    scores: looked at up to the first that `only` takes.
    """
    looked_at = []
    for score in scores:
        looked_at.append(bars := _bars(score, layout))
        if against(ONLY, bars) is None:
            return ONLY, None
    if not looked_at:
        return ONLY, None
    meter, reason = _most_frequent(looked_at)
    reason += ", none in {}/{}".format(*layout.meter)
    try:
        layout_in(layout, meter)
    except MidiganError:
        return PAD, f"{reason}: padded"
    return meter, reason


def _most_frequent(pieces: Iterable[Bars]) -> tuple[str, str]:
    meters = Counter(map(_main_meter, pieces))
    if not meters:
        return _COMMON, "none of the pieces looked at names a meter"
    meter, count = meters.most_common(1)[0]
    return meter, f"{count} of {meters.total()} pieces looked at are in {meter}"


def _bars(score: Score, layout: Layout) -> Bars:
    last = (score.notes["start"] + score.notes["length"]).max()
    return lay_bars(score, layout, int(last) * positions_per_tick(layout))


def _main_meter(bars: Bars) -> str:
    """The meter with most measures; where the file names none, the one that is meant then."""
    return _COMMON if bars.main_meter == UNNAMED else bars.main_meter
