"""Which track of a layout each source track of a song belongs on, and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import sqrt

from midigan.files.placing.dealer import first_pitches
from midigan.files.placing.features import Features
from midigan.files.placing.names import track_named
from midigan.files.score import SourceTrack
from midigan.layout import FAMILIES, Layout

#: The share of notes that may overlap the next one in a track that counts as one voice.
_VOICE_OVERLAPS = 0.05

#: So many more may be due to rounding, if as many notes lie between steps.
_ROUNDED_OVERLAPS = 0.2

#: With more overlaps than this a track plays chords; basses of real songs have less than a tenth,
#: chords more than a half.
_CHORDAL_OVERLAPS = 0.33

#: Families of General MIDI that seldom play the tune, however busily, and how much less.
_NO_MELODY, _UNLIKELY = ("synth effects", "percussive", "sound effects"), 0.5

#: How many sources a layout's places of are remembered.
_MOST_KNOWN = 4096

#: A track of the layout (None: left out) and the reason.
Place = tuple[int | None, str]


class Places:
    """The tracks of one layout, and which of them the sources of a song belong on."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        tracks = list(enumerate(layout.tracks))
        self._drums = [number for number, track in tracks if track.drum]
        #: The last one first, so that the first one's word is the last.
        self._registers = [(n, track.register) for n, track in reversed(tracks) if track.register]
        self._lone = [number for number, track in tracks if track.several == "best"]
        #: Sources are much the same from song to song.
        self._matched = lru_cache(_MOST_KNOWN)(self._match)

    def of(self, tracks: Sequence[SourceTrack], features: Features) -> dict[int, Place] | None:
        """The place of each of a song's sources that has notes, by its index in `tracks`.

        features: those of these tracks. None: what is no drum is to be split by register.
        """
        placed = {
            i: self._matched(source.name, source.program, source.drum, source.channel)
            for i, source in enumerate(tracks)
            if features.notes[i]
        }
        melodic = [i for i in placed if not tracks[i].drum]
        placed |= self._in_register([i for i in melodic if placed[i][0] is None], features)
        if self.layout.unmatched == "register":
            named = [placed[i][0] for i in melodic]
            if not (set(range(len(self.layout.tracks))) <= set(named) or None not in named):
                voices = self._unnamed(placed, melodic, tracks, features)
                if voices is None:
                    voices = voices_of(melodic, features, len(self.layout.tracks))
                if voices is None:
                    return None
                placed |= {i: (voice, "by mean pitch") for i, voice in voices.items()}
        elif self.layout.unmatched == "best":
            rest = [i for i in melodic if placed[i][0] is None]
            placed |= _best(rest, placed, tracks, features, self.layout)
        return placed | self._surplus(placed, features)

    def _in_register(self, rest: list[int], features: Features) -> dict[int, Place]:
        """Places for sources whose mean pitch lies in a track's register, the first such."""
        found: dict[int, Place] = {}
        for number, (low, high) in self._registers:
            own = [i for i in rest if low <= features.pitch[i] <= high]
            found |= dict.fromkeys(own, (number, "by register"))
        return found

    def _unnamed(
        self,
        placed: dict[int, Place],
        melodic: list[int],
        tracks: Sequence[SourceTrack],
        features: Features,
    ) -> dict[int, int] | None:
        """The voices of sources without a place, where it is plain whose those are; else None.

        It is if there is a source for each voice, none of which plays mostly chords, and half of
        the voices are named, or all sources are for strings: double stops do not tear those apart.
        """
        named = [placed[i][0] for i in melodic if placed[i][0] is not None]
        left = [number for number in range(len(self.layout.tracks)) if number not in named]
        rest = [i for i in melodic if placed[i][0] is None]
        bowed = all(FAMILIES[tracks[i].program // 8] == "strings" for i in rest)
        chordal = any(features.overlaps[i] > _CHORDAL_OVERLAPS for i in rest)
        if len(rest) != len(left) or chordal or not (bowed or len(rest) <= len(named)):
            return None
        return dict(zip(sorted(rest, key=lambda i: -features.pitch[i]), left, strict=True))

    def _surplus(self, placed: dict[int, Place], features: Features) -> dict[int, Place]:
        """No places for sources on tracks that keep one, but for the one with most notes."""
        gone: dict[int, Place] = {}
        for number in self._lone:
            own = [i for i, (target, _) in placed.items() if target == number]
            own.sort(key=lambda i: -features.notes[i])
            why = f"{self.layout.tracks[number].name} keeps its largest source alone"
            gone |= dict.fromkeys(own[1:], (None, why))
        return gone

    def _match(self, name: str, program: int, drum: bool, channel: int | None) -> Place:
        """The track that claims a source by name, channel or program or as drums, and why."""
        named = track_named(name, self.layout)
        tracks = list(enumerate(self.layout.tracks))
        by_channel = [n for n, track in tracks if channel in track.channels]
        if drum:
            named = named if named in self._drums else None
            by_channel = [number for number in by_channel if number in self._drums]
        if named is not None:
            return named, "by name"
        if by_channel:
            return by_channel[0], "by channel"
        if drum:
            return (self._drums[0], "drums") if self._drums else (None, "no track for drums")
        for number, track in tracks:
            if track.plays(program) and not track.drum:
                return number, "by program"
        return None, "no track claims it"


#: The places of the layouts that were last used.
places_of = lru_cache(8)(Places)


def voices_of(melodic: list[int], features: Features, voices: int) -> dict[int, int] | None:
    """The voice of each of these sources, if they are single voices and not too many, else None.

    They keep their order in pitch. The highest goes to the first voice, a lone one to one of the
    outer voices, and all others to where they are nearest to the pitch at which a voice begins.
    """
    most = _VOICE_OVERLAPS
    if len(melodic) < voices:
        # Split by register they would be torn apart, so that a tune's triplets are borne with.
        most += min(features.off_grid, _ROUNDED_OVERLAPS)
    if not 1 <= len(melodic) <= voices or any(features.overlaps[i] > most for i in melodic):
        return None
    sources = sorted(melodic, key=lambda i: -features.pitch[i])
    middle = first_pitches(voices)

    def apart(chosen: tuple[int, ...]) -> float:
        pairs = zip(sources, chosen, strict=True)
        return sum(abs(features.pitch[i] - middle[voice]) for i, voice in pairs)

    choices: list[tuple[int, ...]] = [(0,), (voices - 1,)]
    if len(sources) > 1:
        choices = [(0, *rest) for rest in combinations(range(1, voices), len(sources) - 1)]
    best = min(choices, key=apart)
    return dict(zip(sources, best, strict=True))


def _best(
    rest: list[int],
    placed: dict[int, Place],
    tracks: Sequence[SourceTrack],
    features: Features,
    layout: Layout,
) -> dict[int, Place]:
    """Places for sources that nothing matched; see `assign`."""
    chosen: dict[int, Place] = {}
    taken = {track for track, _ in placed.values()}
    tonal = [(n, track) for n, track in enumerate(layout.tracks) if not track.drum]
    poly = [n for n, track in tonal if not track.mono]
    empty = [(n, track) for n, track in tonal if track.mono and n not in taken]
    rest = list(rest)
    for n, track in sorted(empty, key=lambda entry: entry[1].keeps == "highest"):
        lone_chords = len(rest) == 1 and poly and features.overlaps[rest[0]] > _VOICE_OVERLAPS
        if not rest or lone_chords:
            break
        if track.keeps == "lowest" and len(rest) > 1:
            pick = min(rest, key=lambda i: features.pitch[i])
            if not poly or features.overlaps[pick] <= _CHORDAL_OVERLAPS:
                chosen[pick] = n, "lowest"
                rest.remove(pick)
        elif track.keeps == "highest":
            most = max(features.notes)
            pick = max(rest, key=lambda i: _melodic(i, features, most, tracks[i].program))
            chosen[pick] = n, "most melodic"
            rest.remove(pick)
    target = next(iter(poly or [n for n, _ in tonal]), None)
    return chosen | dict.fromkeys(rest, (target, "all others"))


def _melodic(i: int, features: Features, most: int, program: int) -> float:
    """How much of a melody a source is: alone, busy, high and of an instrument, each about 0..1.

    most: the notes of the song's busiest source.
    """
    busy = sqrt(features.notes[i] / most)
    sound = _UNLIKELY if FAMILIES[program // 8] in _NO_MELODY else 1.0
    return (1 - features.overlaps[i]) * busy * features.pitch[i] / 127 * sound
