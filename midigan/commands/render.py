"""midigan render: MIDI files to WAV, to listen without a DAW."""

from __future__ import annotations

from pathlib import Path

import click

from midigan.errors import MidiganError

#: What to do for real instruments where FluidSynth or a sound font is missing.
FLUIDSYNTH_HINT = (
    "For real instruments install FluidSynth and a General MIDI sound font: "
    "'apt install fluidsynth fluid-soundfont-gm' (Debian, Ubuntu), 'brew install fluid-synth' "
    "(macOS), 'choco install fluidsynth' (Windows); --soundfont FILE.sf2 names another font."
)


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE.mid...",
    type=click.Path(path_type=Path),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.wav|DIR",
    help="Where the sound goes; beside each MIDI file if not given.",
)
@click.option(
    "--soundfont",
    type=click.Path(path_type=Path),
    metavar="FILE.sf2",
    help="Sound font for FluidSynth; $MIDIGAN_SOUNDFONT or an installed one if not given.",
)
def command(files: tuple[Path, ...], output: Path | None, soundfont: Path | None) -> None:
    """Render MIDI files as WAV files, to listen without a DAW.

    FluidSynth plays them if it and a sound font are installed, else plain tones without
    drums. The loudest sample is at -1 dBFS, so nothing is clipped.
    """
    from midigan.files.writers.audio import render_audio

    made_by = ""
    for midi, wav in zip(files, _targets(files, output), strict=True):
        made_by = render_audio(midi, wav, soundfont=soundfont)
        click.echo(f"{wav}: rendered by {made_by}")
    if not made_by.startswith("FluidSynth"):
        click.echo(FLUIDSYNTH_HINT, err=True)


def _targets(files: tuple[Path, ...], output: Path | None) -> list[Path]:
    """The WAV file of each MIDI file. Raises MidiganError if two would be the same."""
    if output is not None and output.suffix.lower() == ".wav" and not output.is_dir():
        if len(files) > 1:
            raise MidiganError(f"{len(files)} files cannot all become {output}: name a folder")
        return [output]
    targets = [(output or midi.parent) / f"{midi.stem}.wav" for midi in files]
    if len(set(targets)) < len(targets):
        raise MidiganError("two files would become the same WAV file: render them one by one")
    for midi, wav in zip(files, targets, strict=True):
        if midi == wav:
            raise MidiganError(f"{midi} is a WAV file already: name MIDI files")
    return targets
