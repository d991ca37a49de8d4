"""The composer: phrases of a generator, by number, as notes in ticks."""

from __future__ import annotations

from pathlib import Path

from midigan.compose import compose, semitones_to
from midigan.generator import Generator
from midigan.live.clock import PPQN
from midigan.live.wire import Load, Loaded, Note, Part, Phrase


class Composer:
    """Draws phrases of one generator, one seed and one key; each number is always the same."""

    def __init__(self, load: Load) -> None:
        """Load the generator.

        Raises FormatError for a generator that is none, MidiganError for a key that is none.
        """
        self._generator = Generator.load(Path(load.generator))
        self._seed = load.seed
        self._semitones = semitones_to(self._generator, load.key)

    def describe(self) -> Loaded:
        """The shape of this composer's music."""
        info = self._generator.info
        layout = info.layout
        return Loaded(
            info.tempo_bpm,
            _ticks(layout.steps, layout.steps_per_beat),
            _ticks(layout.phrase_steps, layout.steps_per_beat),
            [Part(track.name, track.channel, track.program) for track in layout.tracks],
        )

    def phrase(self, number: int) -> Phrase:
        """Phrase `number`: the same notes whenever it is asked for."""
        notes = compose(self._generator, self._seed, number, self._semitones)
        per_beat = self._generator.layout.steps_per_beat
        begins = notes["start"].tolist()
        ends = (notes["start"] + notes["length"]).tolist()
        rest = zip(
            notes["track"].tolist(),
            notes["pitch"].tolist(),
            notes["velocity"].tolist(),
            strict=True,
        )
        return Phrase(
            number,
            [
                Note(begin := _ticks(start, per_beat), _ticks(end, per_beat) - begin, *others)
                for start, end, others in zip(begins, ends, rest, strict=True)
            ],
        )


def _ticks(steps: int, steps_per_beat: int) -> int:
    """Ticks of a number of steps, rounded to the nearest."""
    return (2 * steps * PPQN + steps_per_beat) // (2 * steps_per_beat)
