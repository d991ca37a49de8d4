"""What a synthesizer's record of a soak says, beside the music that should have been heard."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from soak_record import Record, Segment

#: A note counts as the one that was due if it comes so much before or after; those that come
#: promptly find their places first.
EARLY_S, PROMPT_S, LATE_S = 0.03, 0.1, 0.25
#: What was due so soon after a jump may come when half of it is over.
JUMPED_S = 0.5
#: After a jump, notes of the place that was left may still come.
LEAVING_S = 0.15
#: After a port's return its notes may be missing for so long, and around its closing.
RETURN_S, CLOSING_S = 1.5, 0.1

Key = tuple[int, int]


@dataclass
class Due:
    """A note-on that should arrive at `at`, no later than `late_s` after it; it ends at `end`.

    It may be missing if it is `optional`, as what was to be heard while a port was `absent` is.
    `delay_s` is how late it came, None if it did not; then it sounded `since` and `until`.
    Of a note that is tied to the one `before` it, nothing should arrive if that sounds until
    `held_at`: it is `held`.
    """

    at: float
    end: float
    key: Key
    phrase: int
    late_s: float
    optional: bool
    absent: bool
    held_at: float
    before: Due | None
    held: bool = False
    delay_s: float | None = None
    since: float = 0.0
    until: float = float("-inf")


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
    #: From a start or jump until the first note.
    resumed_s: list[float] = field(default_factory=list)
    #: From a port's return until the first message: the releases and programs that it is owed.
    returned_s: list[float] = field(default_factory=list)
    #: From when a note was due until it arrived.
    delays_s: list[float] = field(default_factory=list)
    #: How many notes went on over a join.
    held: int = 0


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


#: Notes of a phrase, by its number: (seconds from its beginning, how long, channel and pitch,
#: whether it is tied to what sounds until the phrase begins).
Music = Callable[[int], Sequence[tuple[float, float, Key, bool]]]


def judge(record: Record, music: Music, phrase_s: float) -> Verdict:
    """Compare what arrived with the music of the places where the transport was."""
    strikes: dict[Key, list[float]] = defaultdict(list)
    releases: dict[Key, list[float]] = defaultdict(list)
    for at, (status, *data) in record.messages:
        times = {0x80: releases, 0x90: strikes}.get(status & 0xF0)
        if times is not None:
            times[status & 0x0F, data[0]].append(at)
    runs = [_due_in(run, record.away, music, phrase_s) for run in record.runs]
    every = [note for due in runs for note in due]
    _match([note for note in every if note.before is None], strikes, releases)
    _hold([note for note in every if note.before is not None], strikes, releases)
    held = [note for note in every if note.held]
    longest_s = max((note.end - note.since for note in held), default=0.0)
    longest_s = max(longest_s, phrase_s) + phrase_s
    longest_s += max((back - gone for gone, back in record.away[1:]), default=0.0)
    verdict = Verdict(stuck=stuck_notes(record.messages, longest_s), held=len(held))
    for run, due in zip(record.runs, runs, strict=True):
        _judge_run(verdict, [note for note in due if not note.held], run)
    verdict.wrong = sorted((at, key) for key, times in strikes.items() for at in times)
    arrived = sorted(at for at, _ in record.messages)
    for _, back in record.away[1:]:
        after = bisect_left(arrived, back)
        if after < len(arrived):
            verdict.returned_s.append(arrived[after] - back)
    return verdict


def _due_in(
    run: Sequence[Segment], away: Sequence[tuple[float, float]], music: Music, phrase_s: float
) -> list[Due]:
    found: list[Due] = []
    ending: dict[tuple[int, Key], Due] = {}
    first_phrase, leaves = int(run[0].song / phrase_s + 1e-6), run[-1].end - LEAVING_S
    for segment in run:
        # What the place that was left still gives, until the news of a jump is there, is free.
        leaving = LEAVING_S if segment is run[-1] else 0.0
        end = segment.song + segment.end - segment.begin + leaving
        for number in range(int(segment.song / phrase_s), int(end / phrase_s) + 1):
            for start_s, length_s, key, tied in music(number):
                song = number * phrase_s + start_s
                if not segment.song - 1e-6 <= song < end:
                    continue
                at = segment.begin + song - segment.song
                before = ending.get((number, key)) if tied else None
                absent = _absent(before, at, away)
                jumped = number == first_phrase or at < run[0].begin + JUMPED_S
                late_s = max(LATE_S, length_s / 2 + PROMPT_S if jumped else 0.0)
                held_at = min(at + length_s / 2, leaves)
                rest = absent or at > leaves, absent, held_at, before
                found.append(Due(at, at + length_s, key, number, late_s, *rest))
                if abs(start_s + length_s - phrase_s) < 1e-6:
                    ending[number + 1, key] = found[-1]
    return sorted(found, key=lambda note: note.at)


def _absent(before: Due | None, at: float, away: Sequence[tuple[float, float]]) -> bool:
    """Whether a port was away when a note was due, or while what it is tied to sounded.

    To midigan that goes on where nobody hears it.
    """
    since = before.at if before is not None else at
    here = any(gone - CLOSING_S - LATE_S <= at and since <= back + RETURN_S for gone, back in away)
    return here or (before is not None and before.absent)


def _match(
    due: Sequence[Due], strikes: dict[Key, list[float]], releases: Mapping[Key, list[float]]
) -> None:
    """Give each note that is due the note-on that came for it, taking it out of `strikes`."""
    for prompt, optional in ((True, False), (True, True), (False, False), (False, True)):
        for note in due:
            if note.delay_s is None and note.optional == optional:
                times = strikes[note.key]
                first = bisect_left(times, note.at - EARLY_S)
                late_s = PROMPT_S if prompt else note.late_s
                if first < len(times) and times[first] <= note.at + late_s:
                    note.since = times.pop(first)
                    note.delay_s = note.since - note.at
                    ends = releases.get(note.key, [])
                    own = bisect_right(ends, note.since)
                    note.until = ends[own] if own < len(ends) else float("inf")


def _hold(
    tied: Sequence[Due], strikes: dict[Key, list[float]], releases: Mapping[Key, list[float]]
) -> None:
    """Let notes go on from those before them.

    Where these ended before the join, or never came, they are due themselves. Where these ended
    at the join, they are missing, and what was struck instead is wrong.
    """
    for note in tied:
        if note.before is not None and note.before.until >= note.held_at:
            note.held, note.since, note.until = True, note.before.since, note.before.until
        elif note.optional or note.before is None or note.before.until < note.at - EARLY_S:
            _match([note], strikes, releases)


def _judge_run(verdict: Verdict, due: Sequence[Due], run: Sequence[Segment]) -> None:
    verdict.delays_s += [note.delay_s for note in due if note.delay_s is not None]
    wanted = [note for note in due if not note.optional]
    if not wanted:
        return
    begin, first_phrase = run[0].begin, wanted[0].phrase
    heard = [note for note in wanted if note.delay_s is not None]
    if not heard:
        # A run that was cut short, or whose port was away but at first, is no silent one.
        if wanted[-1].at - begin > RETURN_S:
            verdict.silent.append(begin)
        return
    # What was due until the first note came is what a jump costs, not lost.
    first_s = min(note.at + (note.delay_s or 0.0) for note in heard)
    if not due[0].optional:
        verdict.resumed_s.append(first_s - begin)
    missing = [note for note in wanted if note.delay_s is None and note.at >= first_s]
    late = {
        number
        for number in {note.phrase for note in missing if note.at > begin + JUMPED_S}
        if number != first_phrase and _begins_missing(wanted, number)
    }
    for number in sorted(late):
        verdict.late.append((min(note.at for note in missing if note.phrase == number), number))
    verdict.lost += [(note.at, note.key) for note in missing if note.phrase not in late]


def _begins_missing(wanted: Sequence[Due], number: int) -> bool:
    """Whether the first two moments of a phrase at which anything begins are missing."""
    mine = [note for note in wanted if note.phrase == number]
    moments = sorted({note.at for note in mine})[:2]
    return all(note.delay_s is None for note in mine if note.at in moments)
