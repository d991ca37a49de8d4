"""midigan generate: a generator to MIDI clips."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import seed_option
from midigan.commands.playing import (
    drawn_seed,
    generator_argument,
    key_option,
    name_of,
    tempo_option,
)

if TYPE_CHECKING:
    from midigan.generator import Generator
    from midigan.song import Song


@click.command("generate")
@generator_argument
@click.option(
    "-n", "count", type=click.IntRange(1, 100_000), default=16, show_default=True, help="Clips."
)
@click.option(
    "--bars", type=click.IntRange(1, 10_000), metavar="N", help="Bars of a clip: one phrase's."
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the clips. By default the generator's name.",
)
@tempo_option
@key_option
@seed_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    generator: str | None,
    count: int,
    bars: int | None,
    folder: Path | None,
    tempo: float | None,
    key: str | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Draw MIDI clips from GENERATOR, to drag into a DAW.

    GENERATOR is a .onnx file, a run folder, or a name that ships with midigan (chorales).
    """
    from midigan.compose import semitones_to
    from midigan.files.write import write_midi
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    path = find_generator(generator)
    player = Generator.load(path)
    semitones = semitones_to(player, key)
    bars = bars or player.layout.bars
    tempo = tempo or player.info.tempo_bpm
    seed = drawn_seed(seed)
    folder = folder or Path(name_of(path))
    digits = max(3, len(str(count)))
    files = []
    notes = 0
    for clip in range(count):
        song = draw_clip(player, seed, clip, bars, semitones, tempo)
        file = folder / f"clip-{clip + 1:0{digits}}.mid"
        write_midi(song, player.layout, file, end_step=bars * player.layout.steps)
        files.append(str(file))
        notes += len(song.notes)
    if as_json:
        told = {"files": files, "seed": seed, "bars": bars, "tempo_bpm": tempo, "notes": notes}
        click.echo(json.dumps(told, indent=2))
        return
    of_bars = f"{bars} bar{'' if bars == 1 else 's'}"
    click.echo(f"{count} clip{'' if count == 1 else 's'} of {of_bars} in {folder}, {notes} notes")
    click.echo(f"{name_of(path)} at {tempo:g} bpm, seed {seed}")


def draw_clip(
    generator: Generator, seed: int, clip: int, bars: int, semitones: int, tempo_bpm: float
) -> Song:
    """Clip number `clip`, counted from 0: the next phrases of the stream, cut to `bars`."""
    import numpy as np

    from midigan.compose import compose
    from midigan.song import TEMPO, Song

    layout = generator.layout
    phrases = -(-bars // layout.bars)
    drawn = []
    for place in range(phrases):
        notes = compose(generator, seed, clip * phrases + place, semitones)
        notes["start"] += place * layout.phrase_steps
        drawn.append(notes)
    together = np.concatenate(drawn)
    end = bars * layout.steps
    kept = together[together["start"] < end]
    kept["length"] = np.minimum(kept["length"], end - kept["start"])
    tempos = np.array([(0, tempo_bpm)], TEMPO)
    return Song(
        f"seed {seed}, clip {clip + 1}", kept, np.full(bars, layout.steps, np.uint16), tempos
    )
