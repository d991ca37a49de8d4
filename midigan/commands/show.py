"""midigan show: piano-roll pictures of files, phrase sets and generators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import print_table
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.files.roll import Roll
    from midigan.generator import Generator
    from midigan.layout import Layout
    from midigan.sets.phrase_set import PhraseSet
    from midigan.song import Notes


#: Letters of a song's name over a phrase.
_LONGEST_NAME = 32


@click.command()
@click.argument("source", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="The picture (.png, .svg, .pdf); SOURCE's name with .png if not given.",
)
@click.option(
    "--bars",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Most bars shown of a MIDI file.",
)
@click.option(
    "--phrases",
    "count",
    type=click.IntRange(1, 256),
    default=16,
    show_default=True,
    help="How many phrases of a set, an array or a generator are shown.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Which phrases are picked, or composed.",
)
@click.option("--dark", is_flag=True, help="Light notes on dark paper.")
def command(
    source: str | None, output: Path | None, bars: int, count: int, seed: int, dark: bool
) -> None:
    """Draw SOURCE as a piano roll, and say in a few lines what it holds.

    SOURCE is a MIDI file, a phrase set (.npz), an array of phrases (.npy), or a generator:
    a .onnx file, a run folder or the name of a shipped one. Of phrases a sheet of some is
    drawn; a generator composes them.
    """
    path = Path(source) if source is not None else None
    target = output or Path(f"{path.stem if path else 'generator'}.png")
    suffix = path.suffix.lower() if path else ""
    if path and suffix in (".npz", ".npy"):
        _draw_stored(path, target, count, seed, dark)
    elif path and suffix != ".onnx" and (path.is_file() or suffix in (".mid", ".midi")):
        _draw_music(path, target, bars, dark)
    else:
        _draw_generator(source, target, count, seed, dark)
    click.echo(f"{target}: drawn")


def _draw_music(path: Path, target: Path, bars: int, dark: bool) -> None:
    from midigan.errors import SourceError
    from midigan.files.opening.read import read_bytes
    from midigan.files.readers.midi import read_midi
    from midigan.files.roll import roll_of_score
    from midigan.pictures import draw_roll, save_picture

    try:
        roll = roll_of_score(read_midi(read_bytes(path)), path.stem)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    click.echo(f"{path}: {roll.remark.replace(' · ', ', ')}")
    _print_tracks(roll)
    save_picture(draw_roll(roll, most_bars=bars, dark=dark), target)


def _print_tracks(roll: Roll) -> None:
    from midigan.files.roll import pitch_name

    rows = []
    for i, track in enumerate(roll.tracks):
        pitches = roll.notes["pitch"][roll.notes["track"] == i]
        span = f"{pitch_name(int(pitches.min()))} to {pitch_name(int(pitches.max()))}"
        rows.append((track.name, len(pitches), "drums" if track.drum else span))
    print_table(("track", "notes#", "range"), rows)


def _draw_stored(path: Path, target: Path, count: int, seed: int, dark: bool) -> None:
    """A sheet of phrases that a phrase set, or a dense array, holds."""
    from midigan.files.dense import load_dense
    from midigan.files.encoding.encode import open_phrases
    from midigan.notes import phrases_to_notes

    if path.suffix.lower() == ".npz":
        held, _ = open_phrases(path)
        songs = len(held.names)
        layout, total, words = held.layout, len(held), f"{songs} song{'s' * (songs != 1)}"
        numbers = _choose(total, count, seed)
        notes = [_phrase(held, number) for number in numbers]
        captions = [_place(held, number) for number in numbers]
    else:
        dense = load_dense(path)
        layout, total, words = _layout_like(dense.shape[1:]), len(dense), "as a dense array"
        numbers = _choose(total, count, seed)
        notes = [phrases_to_notes(dense[[n]], layout, joined=False) for n in numbers]
        captions = [f"phrase {number}" for number in numbers]
    remark = f"{total} phrases of {layout.bars} bars, {words}"
    click.echo(f"{path}: {remark}, layout {layout.name}")
    _draw_sheet(notes, layout, (path.stem, remark), captions, target, dark)


def _phrase(held: PhraseSet, number: int) -> Notes:
    """What sounds in a phrase, in steps of its own."""
    from midigan.files.roll import cut_notes

    first, stop = held.spans[number]
    step = int(held.windows[number]) * held.layout.steps
    return cut_notes(held.notes[first:stop], step, held.layout.phrase_steps)


def _place(held: PhraseSet, number: int) -> str:
    """Where a phrase is from: its song, the end of a long name, and the bar counted from 1."""
    bar = held.windows[number]
    song = int(held.first_bar.searchsorted(bar, side="right")) - 1
    name = held.names[song]
    short = name if len(name) <= _LONGEST_NAME else f"...{name[3 - _LONGEST_NAME :]}"
    return f"{short}, bar {int(bar - held.first_bar[song]) + 1}"


def _choose(total: int, count: int, seed: int) -> list[int]:
    """Numbers of `count` phrases of `total`, drawn without repeats, sorted."""
    import numpy as np

    if total == 0:
        raise MidiganError("it holds no phrases: encode music first")
    drawn = np.random.default_rng(seed).choice(total, min(count, total), replace=False)
    return sorted(int(number) for number in drawn)


def _layout_like(shape: tuple[int, ...]) -> Layout:
    """`satb`, or a layout of plain tracks where an array's shape is another."""
    from midigan.layout import Layout, Track, load_layout

    layout = load_layout("satb")
    if shape == layout.shape:
        return layout
    tracks, bars, steps, pitches = shape
    return Layout(
        "array",
        tuple(Track(f"Track {i + 1}") for i in range(tracks)),
        bars=bars,
        steps=steps,
        pitches=pitches,
        lowest_pitch=min(layout.lowest_pitch, 128 - pitches),
    )


def _draw_generator(source: str | None, target: Path, count: int, seed: int, dark: bool) -> None:
    """A sheet of phrases that a generator composes; phrase n is the one `generate` writes."""
    from midigan.generating.candidates import default_controls
    from midigan.generating.compose import compose
    from midigan.generating.own_keys import key_in_words, with_own_key
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    own = Generator.load(find_generator(source))
    _describe(own)
    usual = default_controls(own)
    keyed = [with_own_key(own, seed, range(n, n + 1), usual) for n in range(count)]
    notes = [compose(own, seed, number, controls) for number, controls in enumerate(keyed)]
    name = source or own.path.parent.name
    remark = f"{own.info.tempo_bpm:.0f} bpm, seed {seed}"
    captions = [key_in_words(own.info.key, controls) or "" for controls in keyed]
    _draw_sheet(notes, own.layout, (Path(name).stem, remark), captions, target, dark)


def _describe(own: Generator) -> None:
    info, layout = own.info, own.layout
    tracks = ", ".join(track.name for track in layout.tracks)
    click.echo(f"{own.path}")
    click.echo(f"  layout    {layout.name}: {tracks}; {layout.bars} bars of {layout.steps} steps")
    click.echo(f"  key       {info.key or 'all keys'}, {info.tempo_bpm:.0f} bpm")
    for key, value in info.training.items():
        click.echo(f"  {key:<9} {value}")
    click.echo(f"  licence   {info.licence or 'not stated'}")


def _draw_sheet(
    notes: list[Notes],
    layout: Layout,
    head: tuple[str, str],
    captions: list[str],
    target: Path,
    dark: bool,
) -> None:
    """A sheet of phrases to a file; head: title and remark."""
    from midigan.pictures import draw_phrases, save_picture

    title, remark = head
    sheet = draw_phrases(notes, layout, title=title, remark=remark, captions=captions, dark=dark)
    save_picture(sheet, target)
