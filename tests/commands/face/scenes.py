"""Scenes to draw: two tracks whose notes are told apart, at a place of one's choice."""

from midigan.commands.face.scene import Scene, Watching
from midigan.controls import Controls
from midigan.live.processes.composer_messages import Loaded, Note, Part, Phrase
from midigan.live.processes.player_messages import Opened, Position, Start
from midigan.performance.ticks import PPQN

BAR = 4 * PPQN
PARTS = (Part("Lead", 0, 80), Part("Drums", 9, 0))
#: A phrase of two bars: a high note, a low one; a drum on every beat of the first bar.
NOTES = (
    Note(0, BAR, 0, 72, 90),
    Note(BAR, BAR, 0, 60, 90),
    *(Note(beat * PPQN, PPQN // 4, 1, 38, 90) for beat in range(4)),
)


def watching(controls=None, parts=PARTS, phrases=2, **known):
    """A session that has begun, with its first phrases."""
    made = Watching(Scene("chorales", 7, keys=True, **known))
    plain = (controls or Controls()).to_plain()
    loaded = Loaded(96.0, BAR, 2 * BAR, "ab", plain, parts)
    made.started(Opened("Synth", "real-time"), Start(96.0, 2 * BAR, None, parts), loaded)
    for number in range(phrases):
        made.composed(Phrase(number, NOTES))
    return made


def scene_at(tick, rolling=True, said=(), **how):
    """What there is to see at a tick of the song."""
    made = watching(**how)
    made.at(Position(tick, 100.0, 96.0, rolling))
    for text in said:
        made.say(text, 100.0)
    return made.scene(100.0)
