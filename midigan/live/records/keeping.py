"""What remains of a session: its recording, its log, and its last bars when they are wanted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from midigan.errors import MidiganError
from midigan.live.processes.composer_messages import Loaded, Phrase
from midigan.live.processes.player_messages import Report, Start
from midigan.live.records.kept import Kept
from midigan.live.records.log import Log
from midigan.live.records.recorder import Recorder
from midigan.live.records.take import Take

#: Bars that a clip holds: as many as a musician can still remember.
CLIP_BARS = 8


class Keeping:
    """Keeps what a session composes and plays."""

    def __init__(self, kept: Kept, generator: Path, seed: int) -> None:
        self._kept, self._generator, self._seed = kept, generator, seed
        self._recorder: Recorder | None = None
        self._log: Log | None = None
        self._take: Take | None = None
        self._tempo_bpm = 0.0
        self._clip_end_bar: int | None = None

    def begin(self, loaded: Loaded, start: Start) -> str:
        """The music is about to begin. Returns why there will be no log, or ""."""
        self._tempo_bpm = start.tempo_bpm
        bar, beat = loaded.bar_ticks, loaded.beat_ticks
        self._take = Take(start.parts, bar, (CLIP_BARS + 2) * bar, beat)
        if self._kept.record is not None:
            self._recorder = Recorder(start.parts, start.tempo_bpm, bar, beat)
        if self._kept.log is not None:
            try:
                self._log = Log(self._kept.log, str(self._generator.resolve()), self._seed)
            except MidiganError as error:
                return str(error)
            self._log.begin(loaded, start.tempo_bpm)
        return ""

    def phrase(self, phrase: Phrase) -> None:
        """A phrase was composed."""
        if self._log is not None:
            self._log.phrase(phrase)

    def turn(self, line: str, controls: Mapping[str, Any]) -> None:
        """A control was turned."""
        if self._log is not None:
            self._log.turn(line, controls)

    def report(self, report: Report) -> str:
        """Something was played. Returns a line for people, if there is something to say."""
        self._tempo_bpm = report.tempo_bpm
        if self._recorder is not None:
            self._recorder.add(report.sent)
            if report.rolling:
                self._recorder.keep_tempo(report.played_ticks, report.tempo_bpm)
        if self._take is not None:
            self._take.add(report.sent, report.played_ticks)
        if self._log is not None:
            self._log.report(report)
        if self._take is None or self._clip_end_bar is None:
            return ""
        ended = report.played_ticks >= self._clip_end_bar * self._take.bar_ticks
        return self._write_clip() if ended else ""

    def clip(self) -> str:
        """Keep the last bars, the one that sounds included, as soon as it has ended.

        Returns a line for people.
        """
        if self._take is None or self._take.bars == 0:
            return "nothing to keep yet"
        self._clip_end_bar = self._take.bars
        return f"keeping bars {self._clip_first_bar() + 1} to {self._clip_end_bar}"

    def close(self) -> str:
        """The session has ended. Returns a line for people, if there is something to say.

        Raises MidiganError if the recording cannot be written.
        """
        line = self._write_clip() if self._clip_end_bar is not None else ""
        if self._log is not None:
            self._log.close()
        if self._recorder is not None and self._kept.record is not None:
            self._recorder.write(self._kept.record)
        return line

    def _clip_first_bar(self) -> int:
        return max(0, (self._clip_end_bar or 0) - CLIP_BARS)

    def _write_clip(self) -> str:
        assert self._take is not None
        assert self._clip_end_bar is not None
        first, end = self._clip_first_bar(), self._clip_end_bar
        self._clip_end_bar = None
        stamp = time.strftime("%Y%m%d-%H%M%S")
        path = self._kept.clips / f"{stamp}-bars-{first + 1}-{end}.mid"
        try:
            notes = self._take.write(path, first, end - first, self._tempo_bpm)
        except MidiganError as error:
            return str(error)
        return f"kept {path}: {notes} notes"
