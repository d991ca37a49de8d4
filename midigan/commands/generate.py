"""midigan generate: a generator to MIDI clips."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from midigan.commands.common import drawn_seed, seed_option
from midigan.commands.playing import (
    control_options,
    generator_argument,
    tempo_option,
    turns_of,
)
from midigan.errors import MidiganError
from midigan.shipped import name_of

if TYPE_CHECKING:
    from midigan.controls import Controls
    from midigan.generator import Generator
    from midigan.layout import Layout
    from midigan.performance.timing import Times
    from midigan.song import Song

#: How many clips there are where nobody says.
CLIPS = 16


@click.command("generate")
@generator_argument
@click.option("-n", "count", type=click.IntRange(1, 100_000), help=f"Clips; {CLIPS} if not given.")
@click.option(
    "--bars", type=click.IntRange(1, 10_000), metavar="N", help="Bars of a clip: one phrase's."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE.mid",
    help="Folder for the clips, or the file of a single one. By default a folder by the "
    "generator's name.",
)
@tempo_option
@control_options
@click.option("--separate", is_flag=True, help="Write each track to a file of its own, too.")
@seed_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: the files, and every note in beats."
)
def command(
    generator: str | None,
    count: int | None,
    bars: int | None,
    output: Path | None,
    tempo: float | None,
    separate: bool,
    seed: int | None,
    as_json: bool,
    **hands: Any,
) -> None:
    """Draw MIDI clips from GENERATOR, to drag into a DAW.

    GENERATOR is a .onnx file, a run folder, or a name that ships with midigan (chorales,
    quartets, band). Each clip is in a key that songs are in which it was trained on, where its
    tracks lie as theirs do; --key holds all clips to one, and --key "" to the generator's own.
    """
    from midigan.files.writers.write import write_midi
    from midigan.generating.candidates import default_controls
    from midigan.generating.directions import check_attributes, directions_of
    from midigan.generating.own_keys import key_in_words, with_own_key
    from midigan.generator import Generator
    from midigan.genres import in_words
    from midigan.shipped import find_generator
    from midigan.turns import all_turned

    path = find_generator(generator)
    files = _files(output or Path(name_of(path)), count)
    player = Generator.load(path)
    names = [track.name for track in player.layout.tracks]
    controls = all_turned(default_controls(player), turns_of(**hands), names)
    check_attributes(player, controls)
    seed = drawn_seed(seed)
    genre = _genre(player, seed, controls)
    bars = bars or player.layout.bars
    tempo = tempo or player.info.tempo_bpm
    end_step = bars * player.layout.steps
    clips: list[dict[str, Any]] = []
    notes = 0
    for clip, file in enumerate(files):
        keyed = controls
        if hands["key"] is None:
            keyed = with_own_key(player, seed, numbers_of(clip, bars, player.layout), controls)
        song, times = draw_clip(player, seed, clip, bars, keyed, tempo)
        write = partial(write_midi, song, player.layout, end_step=end_step, times=times)
        write(file)
        tracks = _tracks(song, times, player)
        for part, track in enumerate(tracks if separate else ()):
            # A file without notes is of no use to a DAW.
            if track["notes"]:
                track["file"] = str(file.with_stem(f"{file.stem}-{track['name']}"))
                write(Path(track["file"]), part=part)
        key = key_in_words(player.info.key, keyed)
        clips.append({"file": str(file), "key": key, "tracks": tracks})
        notes += len(song.notes)
    if as_json:
        told = {
            "generator": str(path),
            "files": [str(file) for file in files],
            "seed": seed,
            "bars": bars,
            "beats": bars * player.layout.beats_per_bar,
            "tempo_bpm": tempo,
            "genre": genre,
            "attributes": list(directions_of(player.info)),
            "notes": notes,
            "clips": clips,
        }
        click.echo(json.dumps(told))
        return
    of_bars = f"{bars} bar{'' if bars == 1 else 's'}"
    where = files[0] if files[0] == output else files[0].parent
    clips_of = f"{len(files)} clip{'' if len(files) == 1 else 's'} of"
    click.echo(f"{clips_of} {of_bars} in {where}, {notes} notes")
    played = f", {in_words(tuple(genre.items()))}" if genre else ""
    keys = {clip["key"] for clip in clips} - {None}
    played += f", in {keys.pop()}" if len(keys) == 1 else f", in {len(keys)} keys" * bool(keys)
    click.echo(f"{name_of(path)} at {tempo:g} bpm, seed {seed}{played}")


def _files(output: Path, count: int | None) -> list[Path]:
    """The file of each clip: numbered ones in a folder, or the one that is named.

    Raises MidiganError if several clips would be one file, or if a file is where the folder goes.
    """
    if output.suffix.lower() in (".mid", ".midi") and not output.is_dir():
        if count not in (None, 1):
            raise MidiganError(f"{count} clips cannot all become {output}: name a folder")
        return [output]
    if output.exists() and not output.is_dir():
        raise MidiganError(f"{output} is a file: name a folder for the clips, or FILE.mid for one")
    count = count or CLIPS
    digits = max(3, len(str(count)))
    return [output / f"clip-{number:0{digits}}.mid" for number in range(1, count + 1)]


def _genre(generator: Generator, seed: int, controls: Controls) -> dict[str, float]:
    """The weight of each genre that is played, by name; empty for a generator without genres."""
    genre = generator.genre_at(seed, controls.genre)
    if genre is None:
        return {}
    return dict(zip(generator.info.genres, genre[0].astype(float).round(6).tolist(), strict=True))


def _tracks(song: Song, times: Times, generator: Generator) -> list[dict[str, Any]]:
    """Each track with its notes: [start, length] in quarter notes, pitch and velocity."""
    from midigan.performance.ticks import PPQN

    begin, end = (times / PPQN).T.tolist()
    rest = (song.notes[name].tolist() for name in ("pitch", "velocity", "track"))
    tracks: list[dict[str, Any]] = [
        {"name": track.name, "channel": track.channel, "program": track.program, "notes": []}
        for track in generator.layout.tracks
    ]
    for start, stop, pitch, velocity, track in zip(begin, end, *rest, strict=True):
        tracks[track]["notes"].append([start, round(stop - start, 6), pitch, velocity])
    return tracks


def numbers_of(clip: int, bars: int, layout: Layout) -> range:
    """The phrases that a clip of so many bars, counted from 0, is made of."""
    phrases = -(-bars // layout.bars)
    return range(clip * phrases, (clip + 1) * phrases)


def draw_clip(
    generator: Generator,
    seed: int,
    clip: int,
    bars: int,
    controls: Controls,
    tempo_bpm: float,
) -> tuple[Song, Times]:
    """Clip number `clip`, counted from 0: the next phrases of the stream, cut to `bars`.

    Beside the song on the grid, when its notes are played: ticks `(n, 2)`.
    """
    import numpy as np

    from midigan.generating.compose import compose, ties_of, times_of
    from midigan.performance.ticks import ticks_of
    from midigan.performance.ties import hold_over
    from midigan.song import TEMPO, Song

    layout = generator.layout
    drawn, timed, tied = [], [], []
    for place, number in enumerate(numbers_of(clip, bars, layout)):
        notes = compose(generator, seed, number, controls)
        begin = place * layout.phrase_steps
        times = times_of(notes, generator, seed, number, controls)
        timed.append(times + ticks_of(begin, layout.steps_per_beat))
        tied.append(ties_of(notes, generator, seed, number, controls))
        notes["start"] += begin
        drawn.append(notes)
    together, times = hold_over(np.concatenate(drawn), np.concatenate(timed), np.concatenate(tied))
    end = bars * layout.steps
    end_tick = ticks_of(end, layout.steps_per_beat)
    inside = (together["start"] < end) & (times[:, 0] < end_tick)
    kept = together[inside]
    kept["length"] = np.minimum(kept["length"], end - kept["start"])
    tempos = np.array([(0, tempo_bpm)], TEMPO)
    full = np.full(bars, layout.steps, np.uint16)
    cut = np.minimum(times[inside], end_tick)
    return Song(f"seed {seed}, clip {clip + 1}", kept, full, tempos), cut
