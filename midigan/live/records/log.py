"""The log of a session: everything that was composed, turned and played, a JSON line each.

It is written as it happens, so that whatever ends a session, its music is there. The first
line says what plays: generator and its sha256, seed, controls, layout. Then come

    {"phrase": 7, "notes": [[start, length, track, pitch, velocity, tied], ...]}   in ticks
    {"turn": "walk 0.25", "controls": {...}}                                 changed, and to what
    {"sent": [[tick, track, [144, 60, 80]], ...], "tick": t, "song": s, "tempo_bpm": b}   played

`tick` counts what was played, from the beginning of the session; `song` is where that is in
the song. The same seed and controls make phrase 7 again; what was sent is what was heard: a tied
note is struck only where its track's same pitch does not sound up to the phrase.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from midigan import __version__
from midigan.errors import FormatError, MidiganError
from midigan.live.clock import PPQN
from midigan.live.processes.composer_messages import Loaded, Part, Phrase
from midigan.live.processes.player_messages import Report, Sent
from midigan.live.records.take import Take

#: Version of the log, in its first line.
FORMAT = 1

#: Phrases that are known to be in the log; one that comes again after more is written again.
_KNOWN = 512


class Log:
    """Writes a session's log. Trouble with the disk ends the log, never the music.

    Phrases and reports come from different threads.
    """

    def __init__(self, path: Path, generator: str, seed: int) -> None:
        """Create the file. Raises MidiganError if it cannot be."""
        self.path = path
        #: Why nothing is written any more, "" while all is well.
        self.trouble = ""
        self._generator, self._seed = generator, seed
        self._writing = threading.Lock()
        self._known: dict[int, int] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise MidiganError(f"cannot write {path}: {error.strerror or error}") from error

    def begin(self, loaded: Loaded, tempo_bpm: float) -> None:
        """Say what plays."""
        self._write(
            {
                "midigan": __version__,
                "log": FORMAT,
                "generator": self._generator,
                "sha256": loaded.sha256,
                "seed": self._seed,
                "tempo_bpm": tempo_bpm,
                "bar_ticks": loaded.bar_ticks,
                "beat_ticks": loaded.beat_ticks,
                "phrase_ticks": loaded.phrase_ticks,
                "parts": loaded.parts,
                "controls": loaded.controls,
            }
        )

    def phrase(self, phrase: Phrase) -> None:
        """A phrase was composed; one that is in the log as it is needs no second line."""
        notes = hash(tuple(phrase.notes))  # a night's phrases themselves would fill memory
        known = self._known.pop(phrase.number, None)
        self._known[phrase.number] = notes
        if len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]
        if known != notes:
            self._write({"phrase": phrase.number, "notes": phrase.notes})

    def turn(self, line: str, controls: Mapping[str, Any]) -> None:
        """A control was turned."""
        self._write({"turn": line, "controls": controls})

    def report(self, report: Report) -> None:
        """Something was played."""
        if report.sent:
            at = {"tick": report.played_ticks, "song": report.tick, "tempo_bpm": report.tempo_bpm}
            self._write({"sent": report.sent, **at})

    def close(self) -> None:
        """Close the file."""
        with self._writing:
            self._file.close()

    def _write(self, values: Mapping[str, Any]) -> None:
        line = json.dumps(values, separators=(",", ":"))
        with self._writing:
            if self.trouble or self._file.closed:
                return
            try:
                self._file.write(f"{line}\n")
            except OSError as error:
                self.trouble = f"the log ends here: {self.path}: {error.strerror or error}"


class Place(NamedTuple):
    """At a tick of playing it was at tick `song` of the song, at this tempo."""

    tick: int
    song: int
    tempo_bpm: float


class Logged(NamedTuple):
    """A log that was read: its first line, all that was played, where in the song, all turns.

    turns are (tick of playing, what changed in words).
    """

    head: Mapping[str, Any]
    take: Take
    places: Sequence[Place]
    turns: Sequence[tuple[int, str]]
    phrases: int

    def tempo_at(self, tick: int) -> float:
        """Quarter notes a minute at a tick of playing."""
        tempos = [place.tempo_bpm for place in self.places if place.tick <= tick]
        return tempos[-1] if tempos else float(self.head["tempo_bpm"])


def read_log(path: Path) -> Logged:
    """Read a log, whole or torn: a last line that is not all there is left out.

    Raises FormatError for a file that is no log, or one of a newer midigan.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise FormatError(f"cannot read {path}: {error.strerror or error}") from error
    if lines[-1]:
        lines.pop()  # whoever wrote it was killed before the end of the line
    try:
        return _read([json.loads(line) for line in lines if line])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise FormatError(f"{path} is no log of a session, or it is damaged") from error


def _read(lines: Sequence[Mapping[str, Any]]) -> Logged:
    head, *rest = lines
    if head["log"] > FORMAT:
        raise FormatError("the log is of a newer midigan: upgrade midigan")
    parts = [Part(*part) for part in head["parts"]]
    take = Take(parts, head["bar_ticks"], beat_ticks=head.get("beat_ticks", PPQN))
    places: list[Place] = []
    turns: list[tuple[int, str]] = []
    phrases = 0
    for line in rest:
        phrases += "phrase" in line
        if "turn" in line:
            turns.append((take.end_tick, line["turn"]))
        elif "sent" in line:
            take.add((Sent(*sent) for sent in line["sent"]), line["tick"])
            places.append(Place(line["tick"], line["song"], line["tempo_bpm"]))
    return Logged(head, take, places, turns, phrases)
