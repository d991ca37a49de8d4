"""The rolling piano roll: a lane for each track, a column for each sixteenth or a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from rich.style import Style

from midigan.commands.face.look import PLAYED, SOUNDING, TO_COME, Look, over
from midigan.commands.face.scene import Scene
from midigan.harmony.pitches import pitch_name
from midigan.live.processes.composer_messages import Note
from midigan.performance.ticks import PPQN

#: Columns for the names of tracks, at the left of the roll.
NAMES = 13
#: A sixteenth gets one more column for each so many that the roll has.
_WIDE = 64
#: The share of the roll that has been played.
_PAST = 0.25
#: Pitches that a lane spans at least, so that a held note does not fill it.
_LEAST_SPAN = 12
#: The channel whose pitches are drums.
_DRUMS = 9

HEAD, BAR_LINE, NOT_READY = "│", "┊", "·"

Row = list[Segment]


class Window:
    """Which part of the song the columns of a roll show; the playhead stays where it is."""

    def __init__(self, scene: Scene, columns: int) -> None:
        self.columns = columns
        self.ticks = grain_of(columns)
        past = int(columns * _PAST) // 4 * 4
        self.head = scene.tick // self.ticks
        self.first = self.head - past
        self.bar_ticks = scene.bar_ticks

    def column(self, tick: float) -> int:
        """The column of a tick, which may lie outside."""
        return round(tick / self.ticks) - self.first

    def bars(self) -> Iterator[tuple[int, int]]:
        """Columns in which bars begin, and their numbers from 1."""
        first = max(0, -(-self.first * self.ticks // self.bar_ticks))
        last = (self.first + self.columns - 1) * self.ticks // self.bar_ticks
        for bar in range(first, last + 1):
            column = self.column(bar * self.bar_ticks)
            if 0 <= column < self.columns:
                yield column, bar + 1


def grain_of(columns: int) -> int:
    """Ticks of a column in a roll of so many."""
    return PPQN // 4 // min(max(columns // _WIDE, 1), 4)


def ruler(scene: Scene, window: Window, look: Look) -> Row:
    """Numbers of bars above their lines, and the place of the playhead."""
    marks: list[tuple[str, Style]] = [(" ", look.plain)] * window.columns
    now = scene.tick // scene.bar_ticks + 1
    for column, bar in window.bars():
        for i, digit in enumerate(str(bar)[: window.columns - column]):
            marks[column + i] = digit, look.strong if bar == now else look.faint
    head = window.head - window.first
    if marks[head][0] == " ":
        marks[head] = "▾", look.plain
    return [Segment(" " * NAMES), *_runs(marks)]


def lane(scene: Scene, track: int, rows: int, window: Window, look: Look) -> list[Row]:
    """One track as `rows` rows: its name and what sounds, then its notes."""
    halves = _halves(scene, track, rows, window)
    ground = _ground(scene, window, look)
    body = [
        _row(halves[2 * row], halves[2 * row + 1], ground[row == rows // 2], look.notes[track])
        for row in range(rows)
    ]
    muted = track in scene.controls.muted
    part = scene.parts[track]
    name = look.faint if muted else look.names[track]
    labels = [Segment(f" {part.name}"[: NAMES - 1].ljust(NAMES), name)]
    below = "muted" if muted else "" if part.channel == _DRUMS else _sounding(scene, track)
    labels += [Segment(f" {below}".ljust(NAMES), look.faint)]
    labels += [Segment(" " * NAMES)] * rows
    return [[label, *cells] for label, cells in zip(labels, body, strict=False)]


def _halves(scene: Scene, track: int, rows: int, window: Window) -> list[list[int | None]]:
    """The state of each half row, from above, and column; None where nothing is."""
    # The last half row stays empty, so that lanes do not touch.
    usable = max(2 * rows - 1, 2) if rows == 1 else 2 * rows - 1
    low, high = scene.spans[track]
    missing = max(0, _LEAST_SPAN - (high - low))
    low, high = low - missing // 2, high + (missing + 1) // 2
    step = min(1.0, (usable - 1) / (high - low))
    top = (usable - 1 - step * (high - low)) / 2
    cells: list[list[int | None]] = [[None] * window.columns for _ in range(2 * rows)]
    head = window.head - window.first
    now = SOUNDING if scene.rolling else TO_COME
    for start, note in _notes(scene, track, window):
        begin = window.column(start)
        end = max(window.column(start + note.length), begin + 1)
        state = PLAYED if end <= head else now if begin <= head else TO_COME
        onset = None if _goes_on(scene, start, note) else begin
        line = cells[round(top + step * (high - note.pitch))]
        for column in range(max(begin, 0), min(end, window.columns)):
            line[column] = state + (column != onset)
    return cells


def _goes_on(scene: Scene, start: int, note: Note) -> bool:
    """Whether a note is tied to one of the phrase before, as these phrases have it."""
    before = scene.phrases.get(start // scene.phrase_ticks - 1) if note.tied else None
    place = note.track, note.pitch, scene.phrase_ticks
    notes = before.notes if before is not None else ()
    return any((other.track, other.pitch, other.start + other.length) == place for other in notes)


def _notes(scene: Scene, track: int, window: Window) -> Iterator[tuple[int, Note]]:
    """The notes of a track in the phrases that are seen, with their ticks in the song."""
    first = window.first * window.ticks // scene.phrase_ticks
    last = (window.first + window.columns) * window.ticks // scene.phrase_ticks
    for number in range(first, last + 1):
        phrase = scene.phrases.get(number)
        for note in phrase.notes if phrase is not None else ():
            if note.track == track:
                yield number * scene.phrase_ticks + note.start, note


def _ground(
    scene: Scene, window: Window, look: Look
) -> tuple[list[tuple[str, Style]], list[tuple[str, Style]]]:
    """What is seen where no note is, by column: for most rows, and for the one in the middle."""
    ground = [(" ", look.plain)] * window.columns
    for column, _ in window.bars():
        ground[column] = BAR_LINE, look.faint
    middle = list(ground)
    for column in range(window.columns):
        tick = (window.first + column) * window.ticks
        ready = tick < 0 or tick // scene.phrase_ticks in scene.phrases
        if not ready and tick % PPQN == 0 and ground[column][0] == " ":
            middle[column] = NOT_READY, look.faint
    head = window.head - window.first
    ground[head] = middle[head] = HEAD, look.plain
    return ground, middle


def _row(
    upper: Sequence[int | None],
    lower: Sequence[int | None],
    ground: Sequence[tuple[str, Style]],
    tones: Sequence[Style],
) -> Row:
    """Two half rows as one row of half blocks."""
    marks = list(ground)
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        if above is None and below is None:
            continue
        if above is None:
            marks[column] = "▄", tones[below or 0]
        elif below is None:
            marks[column] = "▀", tones[above]
        elif above == below or tones[above].color is None:
            marks[column] = "█", tones[above]
        else:
            marks[column] = "▀", over(tones[above], tones[below])
    return list(_runs(marks))


def _sounding(scene: Scene, track: int) -> str:
    """The names of the pitches that sound, as many as there is room for."""
    if not scene.rolling:
        return ""
    phrase = scene.phrases.get(scene.number)
    tick = scene.tick - scene.number * scene.phrase_ticks
    pitches = {
        note.pitch
        for note in (phrase.notes if phrase is not None else ())
        if note.track == track and note.start <= tick < note.start + note.length
    }
    text = ""
    for name in map(pitch_name, sorted(pitches)):
        if len(text) + len(name) + 1 < NAMES - 1:
            text += f" {name}"
    return text.strip()


def _runs(marks: Sequence[tuple[str, Style]]) -> Iterator[Segment]:
    """Neighbours of the same style become one segment."""
    text, style = "", None
    for mark, own in marks:
        if own is not style and text:
            yield Segment(text, style)
            text = ""
        text, style = text + mark, own
    if text:
        yield Segment(text, style)
