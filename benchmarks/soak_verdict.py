"""What a synthesizer's record of a soak says, beside the music that should have been heard."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

#: A note counts as the one that was due if it comes so much before or after.
EARLY_S, LATE_S = 0.03, 0.25
#: After a jump, notes of the place that was left may still come.
LEAVING_S = 0.15
#: After a port's return its notes may be missing for so long, and around its closing.
RETURN_S, CLOSING_S = 1.5, 0.1
#: Where the transport goes on with a smaller step it was the clock, not a jump.
STEP_S = 0.05

Key = tuple[int, int]


class Segment(NamedTuple):
    """From `begin` to `end` the transport rolled, from `song` on; seconds."""

    begin: float
    end: float
    song: float


@dataclass
class Record:
    """What was taken down."""

    messages: list[tuple[float, Sequence[int]]] = field(default_factory=list)
    #: Stretches without a jump or a stop.
    runs: list[list[Segment]] = field(default_factory=list)
    #: When the port was away.
    away: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(segment.end - segment.begin for run in self.runs for segment in run)


def read_record(path: Path) -> Record:
    """Read what the DAW's side wrote."""
    record, gone, rolled = Record(), float("-inf"), None
    lines: list[Any] = [json.loads(line) for line in path.read_text().splitlines()]
    for kind, at, *rest in sorted(lines, key=lambda line: line[1]):
        if kind == "midi":
            record.messages.append((at, rest[0]))
        elif kind == "gone":
            gone = at
        elif kind == "back":
            record.away.append((gone, at))
        else:
            if rolled is not None:
                _add_run(record.runs, Segment(rolled[0], at, rolled[1]))
            rolled = (at, rest[1]) if rest[0] else None
    return record


def _add_run(runs: list[list[Segment]], segment: Segment) -> None:
    last = runs[-1][-1] if runs else None
    if last is not None and last.end == segment.begin:
        expected = last.song + last.end - last.begin
        if abs(expected - segment.song) < STEP_S:
            runs[-1].append(segment)
            return
    runs.append([segment])


class Due(NamedTuple):
    """A note-on that should arrive at `at`; it may be missing if it is `optional`."""

    at: float
    key: Key
    phrase: int
    optional: bool


@dataclass
class Verdict:
    """What was found; empty lists are good."""

    #: Note-ons with no note-off of their own, and how they were left: (second, key, why).
    stuck: list[tuple[float, Key, str]] = field(default_factory=list)
    #: Note-ons that belong to no place where the transport was: (second, key).
    wrong: list[tuple[float, Key]] = field(default_factory=list)
    #: Runs in which nothing was heard that should have been: second of their beginning.
    silent: list[float] = field(default_factory=list)
    #: Phrases that were reached in passing and not there: (second, number).
    late: list[tuple[float, int]] = field(default_factory=list)
    #: Other notes that are missing: (second, key).
    lost: list[tuple[float, Key]] = field(default_factory=list)
    #: From a start or jump until everything due is heard, and from a port's return.
    resumed_s: list[float] = field(default_factory=list)
    returned_s: list[float] = field(default_factory=list)
    #: From when a note was due until it arrived.
    delays_s: list[float] = field(default_factory=list)


def stuck_notes(
    messages: Iterable[tuple[float, Sequence[int]]], longest_s: float
) -> list[tuple[float, Key, str]]:
    """Note-ons without a note-off before the key's next one, the end, or `longest_s` seconds."""
    down: dict[Key, float] = {}
    found = []
    for at, (status, *data) in messages:
        key = status & 0x0F, data[0]
        kind = status & 0xF0
        if kind not in (0x80, 0x90):
            continue
        if key in down and kind == 0x90:
            found.append((down[key], key, "struck again"))
        elif key in down and at - down[key] > longest_s:
            found.append((down[key], key, f"sounded for {at - down[key]:.1f} s"))
        down.pop(key, None)
        if kind == 0x90:
            down[key] = at
    return found + [(at, key, "left sounding") for key, at in down.items()]


#: The onsets of a phrase, by its number: (seconds from its beginning, channel and pitch).
Music = Callable[[int], Sequence[tuple[float, Key]]]


def judge(record: Record, music: Music, phrase_s: float) -> Verdict:
    """Compare what arrived with the music of the places where the transport was."""
    longest_s = 2 * phrase_s + max((back - gone for gone, back in record.away[1:]), default=0.0)
    verdict = Verdict(stuck=stuck_notes(record.messages, longest_s))
    strikes: dict[Key, list[float]] = defaultdict(list)
    for at, (status, *data) in record.messages:
        if status & 0xF0 == 0x90:
            strikes[status & 0x0F, data[0]].append(at)
    for run in record.runs:
        _judge_run(verdict, _due_in(run, record.away, music, phrase_s), strikes, run)
    verdict.wrong = sorted((at, key) for key, times in strikes.items() for at in times)
    onsets = sorted(at for at, (status, *_) in record.messages if status & 0xF0 == 0x90)
    for _, back in record.away[1:]:
        after = bisect_left(onsets, back)
        if after < len(onsets):
            verdict.returned_s.append(onsets[after] - back)
    return verdict


def _due_in(
    run: Sequence[Segment], away: Sequence[tuple[float, float]], music: Music, phrase_s: float
) -> list[Due]:
    found = []
    for segment in run:
        # What the place that was left still gives, and a delay of the transport's news, is free.
        leaving = LEAVING_S if segment is run[-1] else 0.0
        song_end = segment.song + segment.end - segment.begin
        for number in range(int(segment.song / phrase_s), int((song_end + leaving) / phrase_s) + 1):
            for start_s, key in music(number):
                song = number * phrase_s + start_s
                if not segment.song - 1e-6 <= song < song_end + leaving:
                    continue
                at = segment.begin + song - segment.song
                absent = any(
                    gone - CLOSING_S - LATE_S <= at <= back + RETURN_S for gone, back in away
                )
                found.append(Due(at, key, number, absent or at > run[-1].end - LEAVING_S))
    return sorted(found)


def _judge_run(
    verdict: Verdict, due: Sequence[Due], strikes: dict[Key, list[float]], run: Sequence[Segment]
) -> None:
    heard = []
    for note in due:
        times = strikes[note.key]
        first = bisect_left(times, note.at - EARLY_S)
        found = first < len(times) and times[first] <= note.at + LATE_S
        if found:
            verdict.delays_s.append(times.pop(first) - note.at)
        heard.append(found)
    wanted = [(note, found) for note, found in zip(due, heard, strict=True) if not note.optional]
    if not wanted:
        return
    begin, first_phrase = run[0].begin, wanted[0][0].phrase
    resumed = next((i for i, (_, found) in enumerate(wanted) if found), None)
    if resumed is None:
        if run[-1].end - begin > RETURN_S:
            verdict.silent.append(begin)
        return
    verdict.resumed_s.append(wanted[resumed][0].at - begin if resumed else 0.0)
    missing = [note for note, found in wanted[resumed:] if not found]
    late = {
        number
        for number in {note.phrase for note in missing} - {first_phrase}
        if _begins_missing(wanted, number)
    }
    for number in sorted(late):
        verdict.late.append((min(note.at for note in missing if note.phrase == number), number))
    verdict.lost += [(note.at, note.key) for note in missing if note.phrase not in late]


def _begins_missing(wanted: Sequence[tuple[Due, bool]], number: int) -> bool:
    """Whether the first two moments of a phrase at which anything begins are missing."""
    mine = [(note.at, found) for note, found in wanted if note.phrase == number]
    moments = sorted({at for at, _ in mine})[:2]
    return not any(found for at, found in mine if at in moments)
