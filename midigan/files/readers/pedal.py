"""The sustain pedal: notes that it holds, made as long as they sound.

MIDI 1.0: controller 64, from 64 on, keeps the notes of its channel sounding after their
note-offs, until it falls below 64.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import SourceTrack, TickArray

#: The controllers that move the pedal: its own, and the one that resets all (RP-015).
PEDAL, RESET = 64, 121
_DOWN = 64

#: A control change of the pedal, or one that shares its status byte with it.
_MAY_GO_DOWN = re.compile(rb"[\xb0-\xbf](?:[\0-\x7f]{2}[\x80-\xff]{0,3}[\0-\x7f])*\x40[\x40-\x7f]")

#: Ticks are below this, so that a key and a tick fit into one number.
_TICKS = 1 << 45


def may_use_pedal(data: bytes) -> bool:
    """Whether the bytes of a MIDI file may hold a pedal that goes down: a quick search."""
    return _MAY_GO_DOWN.search(data) is not None


def hold(
    notes: TickArray, tracks: Sequence[SourceTrack], moves: Sequence[tuple[int, int, int]]
) -> int:
    """Lengthen, in place, the notes that the pedal holds; returns how many.

    notes: TICK_NOTE array. tracks: its sources, with their channels; drums are left alone.
    moves: (tick, channel, value) of each move of the pedal, value 0..127, in any order.
    A note that ends while the pedal is down sounds until it goes up, until its pitch is
    struck again on the same channel, or to the end of the music, whichever comes first. A
    pedal that goes down just as the note ends is the next one's.
    """
    if not len(notes):
        return 0
    channels = np.array([-1 if t.channel is None or t.drum else t.channel for t in tracks])
    channel = channels.take(notes["source"])
    end = notes["start"] + notes["length"]
    again = _struck_again(notes, channel)
    held = end.copy()
    by_channel = sorted(moves, key=lambda move: move[1])
    for number, own in groupby(by_channel, key=lambda move: move[1]):
        down, up = _presses(sorted(own, key=lambda move: move[0]), int(end.max()))
        played = np.flatnonzero(channel == number)
        # Of the presses that began before the note's end the last one counts.
        released = up.take(np.searchsorted(down, end[played], side="left"))
        held[played] = np.maximum(end[played], np.minimum(released, again[played]))
    longer = int(np.count_nonzero(held > end))
    notes["length"] += held - end
    return longer


def _struck_again(notes: TickArray, channel: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each note the tick at which its pitch is next struck on its channel; else far off."""
    key = (channel + 1) * 128 + notes["pitch"]
    strikes = np.sort(key * _TICKS + notes["start"])
    following = np.searchsorted(strikes, key * _TICKS + notes["start"], side="right")
    found = np.append(strikes, 2**62).take(following)
    return np.where(found // _TICKS == key, found % _TICKS, _TICKS)


def _presses(
    moves: Sequence[tuple[int, int, int]], last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each press of a channel's pedal begins, and a 0 and where each ends.

    One that never ends does at `last`.
    """
    down: list[int] = []
    up: list[int] = []
    for tick, _, value in moves:
        if value >= _DOWN and len(down) == len(up):
            down.append(tick)
        elif value < _DOWN and len(down) > len(up):
            up.append(tick)
    return np.array(down, np.int64), np.array([0, *up, last], np.int64)
