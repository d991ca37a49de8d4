"""What commands that play a generator share: its options, its name and its seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from midigan.controls import Turn
from midigan.errors import MidiganError

generator_argument = click.argument("generator", required=False)
tempo_option = click.option(
    "--tempo",
    type=click.FloatRange(20, 400),
    metavar="BPM",
    help="Quarter notes a minute. By default what the generator was trained on.",
)

_Command = TypeVar("_Command", bound=Callable[..., Any])

_CONTROL_OPTIONS = (
    click.option(
        "--key",
        metavar="KEY",
        help="The key to play in: C, F#, Bb, 'B minor'. Without --scale, its diatonic set counts.",
    ),
    click.option(
        "--scale",
        metavar="NAME",
        help="Hold pitches to a scale on the key's tonic: major, dorian, 'harmonic minor', "
        "pentatonic, blues ...",
    ),
    click.option(
        "--range",
        "ranges",
        multiple=True,
        metavar="TRACK=LOW-HIGH",
        help="Hold a track to a range, such as bass=E1-G3 or 2=40-67. May be repeated.",
    ),
    click.option(
        "--mute",
        "mutes",
        multiple=True,
        metavar="TRACK",
        help="Leave a track out, by name or number. May be repeated.",
    ),
    click.option(
        "--walk",
        metavar="0..1",
        help="How far music drifts from a phrase to the next: 1 (new ones) to 0 (the same one).",
    ),
    click.option(
        "--attribute",
        "attributes",
        multiple=True,
        metavar="NAME=-1..1",
        help="Less or more density, polyphony, register, activity or dissonance than usual, where "
        "the generator knows how. May be repeated.",
    ),
    click.option(
        "--swing",
        metavar="50..75[/8]",
        help="Delay every second sixteenth, or with /8 eighth: 50 straight, 66 triplets.",
    ),
    click.option(
        "--humanize", metavar="0..100", help="Let time and loudness waver, per cent of a lot."
    ),
    click.option(
        "--feel",
        metavar="0..100",
        help="How much of the timing that its training music was played with, per cent: all.",
    ),
    click.option(
        "--genre",
        metavar="NAME[=WEIGHT],...",
        help="Play a genre of the generator, or blend some: jazz=0.6,baroque=0.4. By default the "
        "seed draws one.",
    ),
    click.option(
        "--candidates",
        metavar="N",
        help="Draw each phrase from N by how well the generator's critic likes them: by default 16 "
        "if it has a critic, 1 if not.",
    ),
    click.option(
        "--reroll",
        "rerolls",
        multiple=True,
        metavar="TRACK[=N]",
        help="Draw a track's own line anew, or N times, over the others. May be repeated.",
    ),
)

#: More often than that nobody draws a line anew.
_MOST_ROLLS = 1000


def control_options(command: _Command) -> _Command:
    """The options that are controls of the music; `turns_of` reads them."""
    for option in reversed(_CONTROL_OPTIONS):
        command = option(command)
    return command


def turns_of(
    key: str | None,
    scale: str | None,
    ranges: Sequence[str],
    mutes: Sequence[str],
    walk: str | None,
    attributes: Sequence[str],
    swing: str | None,
    humanize: str | None,
    feel: str | None,
    genre: str | None,
    candidates: str | None,
    rerolls: Sequence[str],
) -> list[Turn]:
    """The controls' options as turns. Whether they are legal, `turned` says.

    Raises MidiganError for a range or an attribute without a value, or a number of times that
    is none.
    """
    whole = {"key": key, "scale": scale, "walk": walk, "swing": swing, "humanize": humanize}
    whole |= {"feel": feel, "genre": genre, "candidates": candidates}
    turns = [Turn(name, value) for name, value in whole.items() if value is not None]
    for text in ranges:
        track, equals, pitches = text.partition("=")
        if not equals or not pitches:
            raise MidiganError(f"range {text!r}: write a track and its pitches, like bass=E1-G3")
        turns.append(Turn(f"range/{track}", pitches))
    for text in attributes:
        name, equals, value = text.partition("=")
        if not equals:
            raise MidiganError(f"attribute {text!r}: write how much of it, like density=0.5")
        turns.append(Turn(f"attribute/{name}", value))
    turns += [Turn(f"mute/{track}", 1) for track in mutes]
    for text in rerolls:  # last: how many candidates a line has, the others say
        track, _, times = text.partition("=")
        if times and not (times.isdecimal() and int(times) <= _MOST_ROLLS):
            raise MidiganError(f"reroll {text!r}: write a track and how often, like bass=2")
        turns += [Turn("reroll/line", track)] * int(times or 1)
    return turns
