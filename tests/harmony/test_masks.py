"""What is heard keeps to the scale and the ranges, and rhythm outlives every mask."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.controls import Controls
from midigan.generating.compose import compose
from midigan.generator import Generator
from midigan.harmony.choosing import choose
from midigan.harmony.keys import parse_key
from midigan.harmony.masks import legal_pitches, semitones_to
from midigan.harmony.scales import SCALES, scale_name
from midigan.layout import Layout, Track, load_layout

SATB, BAND = load_layout("satb"), load_layout("band")
LAYOUT = Layout(
    "small", (Track("Mono", mono=True), Track("Poly"), Track("Hits", drum=True)), pitches=12
)


@pytest.mark.parametrize(
    ("own", "controls", "semitones"),
    [
        ("C major", Controls(), 0),
        ("C major", Controls(key="A minor"), 0),
        ("C major", Controls(key="B minor"), 2),
        ("", Controls(key="D major"), 2),
        ("C major", Controls(key="D major", scale="dorian"), 0),
        ("C major", Controls(key="E major", scale="phrygian"), 0),
        ("C major", Controls(key="D minor", scale="major"), 2),
        ("C major", Controls(scale="minor"), 3),
        ("C major", Controls(key="A minor", scale="harmonic minor"), 0),
    ],
)
def test_a_scale_moves_the_music_to_the_diatonic_set_it_lies_in(own, controls, semitones):
    assert semitones_to(own, controls) == semitones


def test_every_mode_holds_the_notes_of_its_major_key():
    for name in ("dorian", "phrygian", "lydian", "mixolydian", "locrian", "minor", "major"):
        degrees, to_major = SCALES[name]
        assert {(d - to_major) % 12 for d in degrees} == set(SCALES["major"].degrees)


def test_scales_have_other_names():
    assert scale_name("Aeolian") == "minor"
    assert scale_name("pentatonic") == "major pentatonic"


@pytest.mark.parametrize("key", ["", "D major", "F# minor", "Ab major"])
@pytest.mark.parametrize("scale", SCALES)
def test_what_is_heard_keeps_to_the_scale(key, scale, tiny_band):
    generator = Generator.load(tiny_band)
    controls = Controls(key=key, scale=scale)
    notes = np.concatenate([compose(generator, 1, n, controls) for n in range(3)])
    tonal = notes["pitch"][notes["track"] > 0].astype(int)
    tonic = parse_key(key).tonic if key else 0
    assert len(tonal) > 50
    assert set(((tonal - tonic) % 12).tolist()) <= set(SCALES[scale].degrees)
    plain = np.concatenate([compose(generator, 1, n) for n in range(3)])
    drums, plain_drums = (n[n["track"] == 0] for n in (notes, plain))
    assert np.array_equal(drums, plain_drums)


def test_what_is_heard_keeps_to_its_range_after_transposition(tiny_generator):
    generator = Generator.load(tiny_generator)
    notes = compose(generator, 1, 1, Controls(key="F major", ranges=((3, 40, 52),)))
    bass = notes["pitch"][notes["track"] == 3]
    assert len(bass)
    assert bass.min() >= 40
    assert bass.max() <= 52
    assert notes["pitch"][notes["track"] == 0].max() > 80


def test_a_muted_track_is_silent_and_the_others_play_on(tiny_band):
    generator = Generator.load(tiny_band)
    plain, muted = compose(generator, 1, 1), compose(generator, 1, 1, Controls(muted=(0, 2)))
    assert np.array_equal(muted, plain[~np.isin(plain["track"], [0, 2])])


def scores_of(layout):
    shape = (2, *layout.shape)
    values = st.lists(st.integers(-3, 3), min_size=8, max_size=8)
    return values.map(
        lambda few: (
            np.random.default_rng([v + 3 for v in few]).integers(-9, 4, shape).astype(np.float32)
        )
    )


masks = st.lists(st.booleans(), min_size=36, max_size=36).map(lambda b: np.array(b).reshape(3, 12))


@given(scores_of(LAYOUT), masks)
def test_a_mask_takes_pitches_and_never_the_rhythm(scores, legal):
    free, held = choose(scores, LAYOUT), choose(scores, LAYOUT, legal)
    assert not (held & ~legal[None, :, None, None]).any()
    some = legal.any(axis=1)
    assert np.array_equal(held.any(axis=-1)[:, some], free.any(axis=-1)[:, some])
    assert not held[:, ~some].any()
    assert (held[:, 0].sum(axis=-1) <= 1).all()
    chord = free[:, 1] & legal[1]
    kept = chord.any(axis=-1, keepdims=True)
    assert np.array_equal(held[:, 1] & kept, chord)


@given(scores_of(LAYOUT))
def test_a_mask_that_forbids_nothing_changes_nothing(scores):
    assert np.array_equal(choose(scores, LAYOUT, np.ones((3, 12), bool)), choose(scores, LAYOUT))


def notes_of(line):
    """From and up to which step of one phrase, `(bars, steps, pitches)`, each pitch goes on."""
    rows = line.reshape(-1, line.shape[-1])
    begins = [0, *(np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1).tolist(), len(rows)]
    return [(a, b) for a, b in pairwise(begins) if rows[a].any()]


@given(scores_of(LAYOUT), masks)
def test_each_note_of_a_line_plays_its_best_legal_pitch(scores, legal):
    free, held = choose(scores, LAYOUT)[:, 0], choose(scores, LAYOUT, legal)[:, 0]
    for wanted, found, own in zip(free, held, scores[:, 0], strict=True):
        for a, b in notes_of(wanted):
            sums = own.reshape(-1, 12)[a:b].sum(axis=0)
            pitches = found.reshape(-1, 12)[a:b]
            assert not legal[0].any() or (pitches == pitches[0]).all()
            assert not legal[0].any() or sums[pitches[0]] == sums[legal[0]].max()


def test_a_range_moves_a_line_and_a_chord_by_octaves():
    wide = Layout("wide", (Track("Mono", mono=True), Track("Poly")), pitches=48)
    scores = np.full((1, *wide.shape), -1.0, np.float32)
    scores[0, :, 0, 0, [30, 43]] = [[2.0, 1.0], [2.0, 1.0]]  # the line sings 30, the chord both
    scores[0, :, 0, 1, 20] = 1.0
    legal = np.tile((np.arange(48) >= 12) & (np.arange(48) < 24), (2, 1))
    found = choose(scores, wide, legal)
    assert np.flatnonzero(found[0, 0, 0, 0]).tolist() == [18]
    assert np.flatnonzero(found[0, 1, 0, 0]).tolist() == [18, 19]
    assert np.flatnonzero(found[0, 0, 0, 1]).tolist() == [20]
    # Where it has no octave, what else is likely is played instead.
    legal[:, 18] = False
    found = choose(scores, wide, legal)
    assert np.flatnonzero(found[0, 0, 0, 0]).tolist() == [19]
    assert np.flatnonzero(found[0, 1, 0, 0]).tolist() == [19]


def test_ranges_of_an_octave_keep_rhythm_and_harmony(tiny_generator):
    generator = Generator.load(tiny_generator)
    latents = generator.draw(1, 1)
    legal = legal_pitches(SATB, Controls(ranges=((0, 48, 59), (3, 60, 71))), "", 0)
    free, held = generator.phrases(latents), generator.phrases(latents, legal)
    assert not np.array_equal(free, held)
    assert not (held & ~legal[:, None, None]).any()
    classes = [
        phrases.reshape(*phrases.shape[:-1], -1, 12).any(axis=-2) for phrases in (free, held)
    ]
    assert np.array_equal(*classes)


def test_drums_are_never_masked_but_may_be_muted():
    controls = Controls(scale="blues", ranges=((0, 60, 61), (1, 60, 61)))
    legal = legal_pitches(BAND, controls, "", 0)
    assert legal[0].all()
    assert legal[1].sum() == 1
    assert not legal_pitches(BAND, Controls(muted=(0,)), "", 0)[0].any()
    assert legal_pitches(BAND, Controls(), "", 5) is None


def test_a_harmony_counts_instead_of_the_scale(tiny_band):
    generator = Generator.load(tiny_band)
    controls = Controls(key="D major", scale="blues", harmony=(1, 6, 10))
    notes = compose(generator, 1, 1, controls)
    tonal = notes["pitch"][notes["track"] > 0]
    assert set((tonal % 12).tolist()) == {1, 6, 10}
