"""midigan decode: a phrase set or a dense array to MIDI files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import layout_option, lowest_pitch_option, progress_bar
from midigan.errors import FormatError, MidiganError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from midigan.layout import Layout
    from midigan.notes import Phrases
    from midigan.sets.phrase_set import PhraseSet
    from midigan.song import Notes, Song

#: Characters that some system does not allow in the name of a file.
_UNSAFE = re.compile(r"[^\w\-. ()+,']+")

#: The longest name of a file, in characters for systems that count those of the whole path, and
#: in bytes for those that count them, which leaves room for a suffix and for more.
_LONGEST_NAME, _MOST_BYTES = 120, 200


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the MIDI files. [default: a new one of FILE's name]",
)
@layout_option
@lowest_pitch_option
@click.option(
    "--tempo",
    type=click.FloatRange(4, 1000),
    metavar="BPM",
    help="Tempo of the files. [default: the songs' own; 100 for a .npy]",
)
@click.option(
    "--strike",
    type=click.Choice(["once", "phrase", "bar", "beat", "step"]),
    default="once",
    show_default=True,
    help="In a .npy, a pitch that goes on: one held note, or struck again at each of these.",
)
@click.option("--musicxml", is_flag=True, help="Scores to print instead: a staff for each track.")
@click.option("--join", is_flag=True, help="One long file instead of many.")
def command(
    file: Path,
    output: Path | None,
    layout_name: str | None,
    lowest_pitch: int | None,
    tempo: float | None,
    strike: str,
    musicxml: bool,
    join: bool,
) -> None:
    """Turn phrases back into MIDI files, or into MusicXML.

    FILE is a phrase set .npz, of which every song comes back note for note, or an .npy
    array of phrases, of which every phrase becomes a file. --layout (satb if not given) and
    --lowest-pitch say what an array's numbers mean, however long its bars are; a phrase set
    knows. Files of the same names in a folder given by -o are replaced.
    """
    from midigan.files.writers.notation import write_musicxml
    from midigan.files.writers.write import write_midi

    songs, layout, count = _songs_in(file, layout_name, lowest_pitch, join, strike)
    folder = output or _new_folder(file.stem)
    if folder.exists() and not folder.is_dir():
        raise MidiganError(f"{folder} is a file: name a folder for the MIDI files with -o")
    write, suffix = (write_musicxml, ".musicxml") if musicxml else (write_midi, ".mid")
    taken: set[str] = set()
    replaced = 0
    with progress_bar() as bar:
        for song in bar.track(songs, total=count, description="decoding"):
            path = folder / f"{_file_name(song.name, taken)}{suffix}"
            replaced += path.exists()
            write(song if tempo is None else _at_tempo(song, tempo), layout, path)
    noted = f", {replaced} of them in place of old ones" if replaced else ""
    kind = "MusicXML" if musicxml else "MIDI"
    click.echo(f"wrote {len(taken)} {kind} file{'s' * (len(taken) != 1)} to {folder}{noted}")


def _new_folder(name: str) -> Path:
    """A folder that is not there yet: one of that name may hold the music itself."""
    folder, number = Path(name), 1
    while folder.exists():
        number += 1
        folder = Path(f"{name}-{number}")
    return folder


def _songs_in(
    file: Path, layout_name: str | None, lowest_pitch: int | None, join: bool, strike: str
) -> tuple[Iterator[Song], Layout, int]:
    """The songs to write, their layout, and how many there are."""
    from midigan.files.dense import load_dense
    from midigan.layout import load_layout
    from midigan.sets.phrase_set import PhraseSet

    if not file.exists():
        raise FormatError(f"no file {file}")
    if file.suffix.lower() == ".npy":
        phrases = load_dense(file)
        layout = load_layout(layout_name or "satb").moved_to(lowest_pitch)
        layout = _with_bars_of(phrases, layout, file)
        if join:
            return iter([_joined_phrases(phrases, layout, file.stem, strike)]), layout, 1
        return _phrase_songs(phrases, layout, strike), layout, len(phrases)
    own = PhraseSet.load(file)
    asked = own.layout if layout_name is None else load_layout(layout_name)
    asked = asked.moved_to(own.layout.lowest_pitch if lowest_pitch is None else lowest_pitch)
    if asked != own.layout:
        raise FormatError(
            f"{file} has layout {own.layout.name} from pitch {own.layout.lowest_pitch}, not "
            f"{asked.name} from {asked.lowest_pitch}: leave --layout and --lowest-pitch out"
        )
    if join:
        return iter([_joined_songs(own, file.stem)]), own.layout, 1
    return own.songs(), own.layout, len(own.names)


def _with_bars_of(phrases: Phrases, layout: Layout, file: Path) -> Layout:
    """The layout with an array's own bars and steps, as in another meter than the layout's."""
    tracks, bars, steps, pitches = phrases.shape[1:]
    if (tracks, pitches) != (len(layout.tracks), layout.pitches):
        raise FormatError(
            f"{file} holds phrases of shape {phrases.shape[1:]}, layout {layout.name} has "
            f"{layout.shape} (tracks, bars, steps, pitches): name another with --layout"
        )
    return replace(layout, bars=bars, steps=steps)


def _phrase_songs(phrases: Phrases, layout: Layout, strike: str) -> Iterator[Song]:
    """Each phrase as a song, named by its number from 1."""
    digits = max(4, len(str(len(phrases))))
    for number in range(len(phrases)):
        name = f"{number + 1:0{digits}}"
        yield _joined_phrases(phrases[number : number + 1], layout, name, strike)


def _joined_phrases(phrases: Phrases, layout: Layout, name: str, strike: str) -> Song:
    """Phrases one after another as a song; what sounds across a border is held.

    strike: where it is struck again instead, see the option.
    """
    import numpy as np

    from midigan.notes import phrases_to_notes
    from midigan.song import Song

    every = {
        "once": None,
        "phrase": layout.phrase_steps,
        "bar": layout.steps,
        "beat": layout.steps_per_beat,
        "step": 1,
    }[strike]
    notes = phrases_to_notes(phrases, layout, joined=True, struck_every=every)
    bars = len(phrases) * layout.bars
    return Song(name, notes, np.full(bars, layout.steps, np.uint16))


def _joined_songs(phrases: PhraseSet, name: str) -> Song:
    """All songs one after another, with the programs of the first.

    What one says of its tempo and its meter does not hold for the next.
    """
    from midigan.files.writers.write import DEFAULT_BPM
    from midigan.song import Song

    bars = phrases.first_bar[:-1]
    tempos = _said_at(bars * phrases.layout.steps, phrases.tempos, (DEFAULT_BPM,))
    meters = _said_at(bars, phrases.meters, phrases.layout.meter)
    programs = phrases.song(0).programs
    return Song(name, phrases.notes, phrases.bar_steps, tempos, meters, programs)


def _said_at(places: NDArray[np.int64], said: Notes, value: tuple[float, ...]) -> Notes:
    """A TEMPO or METER array with `value` added at those places where it says nothing."""
    import numpy as np

    place = (said.dtype.names or ())[0]
    silent = np.setdiff1d(places, said[place]).tolist() if len(said) else []
    added = np.array([(at, *value) for at in silent], said.dtype)
    return np.sort(np.concatenate([said, added]), order=place, kind="stable")


def _at_tempo(song: Song, tempo: float) -> Song:
    import numpy as np

    from midigan.song import TEMPO

    return replace(song, tempos=np.array([(0, tempo)], TEMPO))


def _file_name(name: str, taken: set[str]) -> str:
    """A name that every system allows and that no other file of this run has."""
    cut = _UNSAFE.sub("-", name).strip(" .-")[:_LONGEST_NAME].encode()[:_MOST_BYTES]
    clean = cut.decode("utf-8", "ignore").rstrip(" .-") or "song"
    unique, number = clean, 1
    while unique.casefold() in taken:
        number += 1
        unique = f"{clean}-{number}"
    taken.add(unique.casefold())
    return unique
