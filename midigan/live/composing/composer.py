"""The composer: phrases of a generator, by number, as notes in ticks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from midigan.controls import Controls, Turn, Value
from midigan.errors import MidiganError
from midigan.generating.candidates import default_controls
from midigan.generating.compose import compose, ties_of, times_of
from midigan.generating.directions import check_attributes
from midigan.generating.lines import kept_as_heard
from midigan.generator import Generator
from midigan.live.composing.generators import Generators, taken_over
from midigan.live.composing.splice import spliced
from midigan.live.processes.composer_messages import Heard, Load, Loaded, Note, Part, Phrase, Told
from midigan.live.processes.player_messages import Notice
from midigan.performance.ticks import PPQN, ticks_of
from midigan.shipped import name_of
from midigan.turns import all_turned, turned
from midigan.turns.pitches import HARMONY_NEXT

#: The player holds no phrases further ahead than that.
_AHEAD = 4

#: So many are composed before anything else is loaded.
_BEFORE_LOADING = 2

#: Phrases kept as composed: a loop in the DAW is shorter than that.
_KEPT = 256


class Composer:
    """Draws phrases of one generator at a time and one seed.

    A number is the same phrase, however often it is asked for, until a control changes.
    """

    def __init__(self, load: Load) -> None:
        """Load the generator.

        Raises FormatError for a generator that is none, MidiganError for controls that it
        cannot have.
        """
        self._generators = Generators([load.generator, *load.others])
        self._playing = self._generators.first
        self._seed, self._bars = load.seed, load.bars
        self._names = [track.name for track in self._generator.layout.tracks]
        self._controls = all_turned(default_controls(self._generator), load.turns, self._names)
        self._check(self._controls)
        self._heard = Heard(0, rolling=False)
        self._sent: dict[int, Phrase] = {}
        self._at_once = self._at_bar = False
        self._compose = lru_cache(_KEPT)(self._composed)

    def describe(self) -> Loaded:
        """The shape of this composer's music, and what it is made with."""
        info = self._generator.info
        layout = info.layout
        return Loaded(
            info.tempo_bpm,
            ticks_of(layout.steps, layout.steps_per_beat),
            ticks_of(layout.phrase_steps, layout.steps_per_beat),
            self._playing.sha256,
            self._controls.to_plain(),
            [Part(track.name, track.channel, track.program) for track in layout.tracks],
            4 * PPQN // layout.meter[1],
        )

    def phrase(self, number: int) -> Phrase:
        """Phrase `number`, which will be needed."""
        self._sent[number] = self._compose(number, self._controls, self._playing.number)
        return self._sent[number]

    def foresee(self, number: int) -> None:
        """Compose a phrase that is likely to be needed next, and keep it till then."""
        self._compose(number, self._controls, self._playing.number)

    def heard(self, heard: Heard) -> None:
        """Where the music is. `renewed` then brings what a jump has led to up to date."""
        self._heard = heard
        near = range(heard.number - _KEPT, heard.number + _KEPT)
        self._sent = {n: phrase for n, phrase in self._sent.items() if n in near}

    def turn(self, turn: Turn) -> Told:
        """Turn a control; a turn that cannot be is told and changes nothing.

        What was sent already is renewed by `renewed`, once for many turns.
        """
        before = self._controls
        if turn.control.strip("/").lower() == "generator":
            return self._pick(turn.value)
        try:
            number = self._heard.number
            after, line = turned(before, turn, number, self._names)
            self._check(after)
            after = kept_as_heard(self._generator, self._seed, number, before, after)
        except MidiganError as error:
            return Told(str(error), None)
        self._controls = after
        if (before.muted, before.harmony) != (after.muted, after.harmony):
            waits = turn.control.strip("/").lower() == HARMONY_NEXT
            self._at_bar, self._at_once = self._at_bar or waits, self._at_once or not waits
        return Told(line, after.to_plain())

    def _pick(self, wanted: Value) -> Told:
        """Let another generator play what has not begun."""
        try:
            picked = self._generators.pick(wanted)
            after = taken_over(self._controls, self._generator, picked.generator)
        except MidiganError as error:
            return Told(str(error), None)
        self._playing, self._controls = picked, after
        self._names = [track.name for track in picked.generator.layout.tracks]
        name, sha256 = name_of(picked.generator.path), picked.sha256
        return Told(f"generator {picked.number}: {name} ({sha256[:12]})", after.to_plain())

    def prepare(self) -> Notice | None:
        """Load one more generator, once there is music to play meanwhile; what is wrong with it."""
        trouble = self._generators.prepare() if len(self._sent) > _BEFORE_LOADING else ""
        return Notice(trouble) if trouble else None

    def renewed(self) -> list[Phrase]:
        """Phrases to play instead of those that were sent before the latest turns.

        What sounds is left alone, except that muting and harmony are heard at once, or harmony
        from the next bar on.
        """
        number, rolling, line = self._heard
        from_bar = self._at_bar and not self._at_once and rolling
        first = number + (rolling and not self._at_once and not self._at_bar)
        self._at_once = self._at_bar = False
        waiting = sorted(self._sent.keys() & set(range(first, number + _AHEAD + 1)))
        old = {n: self._sent[n] for n in waiting}
        for n in waiting:
            self.phrase(n)
        if from_bar and number in old:
            layout = self._generator.layout
            line_tick = ticks_of(line * layout.steps, layout.steps_per_beat)
            early = ticks_of(1, layout.steps_per_beat) // 2
            self._sent[number] = spliced(old[number], self._sent[number], line_tick, early)
        return [self._sent[n] for n in waiting if self._sent[n] != old[n]]

    def _check(self, controls: Controls) -> None:
        """Raises MidiganError if the generator cannot follow, or its critic cannot be used."""
        check_attributes(self._generator, controls)
        self._generator.genre_at(self._seed, controls.genre)
        if controls.candidates > 1:
            nothing = np.zeros((1, *self._generator.layout.shape), bool)
            self._generator.judge(nothing)

    @property
    def _generator(self) -> Generator:
        return self._playing.generator

    def _composed(self, number: int, controls: Controls, _generator: int) -> Phrase:
        notes = compose(self._generator, self._seed, number, controls)
        times = times_of(notes, self._generator, self._seed, number, controls)
        if self._bars is not None:
            layout = self._generator.layout
            inside = notes["start"] < self._bars * layout.steps - number * layout.phrase_steps
            notes, times = notes[inside], times[inside]
        tied = ties_of(notes, self._generator, self._seed, number, controls)
        rest = (notes[name].tolist() for name in ("track", "pitch", "velocity"))
        found = zip(times.tolist(), *rest, tied.tolist(), strict=True)
        return Phrase(number, [Note(on, off - on, *others) for (on, off), *others in found])
