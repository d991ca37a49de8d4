import numpy as np
import pytest

from midigan.files.aligning.barred import with_bars
from midigan.files.aligning.grid import to_grid
from midigan.files.placing.assign import are_four_part, assign
from midigan.files.placing.features import Features
from midigan.files.placing.names import track_named
from midigan.files.score import Score, SourceTrack, tick_notes
from midigan.layout import Layout, Track, load_layout

SATB, BAND, QUARTET = load_layout("satb"), load_layout("band"), load_layout("quartet")
QUARTET, PIANO, POP909 = (load_layout(name) for name in ("quartet", "piano", "pop909"))


def score_of(*parts):
    """A score of (source track, pitches): each source plays its pitches, a quarter each.

    A tuple among the pitches is a chord.
    """
    notes = []
    for source, (_, pitches) in enumerate(parts):
        for beat, chord in enumerate(pitches):
            for pitch in chord if isinstance(chord, tuple) else (chord,):
                column = [np.array([n]) for n in (beat * 4, 4, source, pitch, 80)]
                notes.append(tick_notes(*column))
    return Score(4, tuple(track for track, _ in parts), np.concatenate(notes))


class Placed:
    """What became of a song, which is put on its tracks together with others."""

    def __init__(self, layout, *parts):
        lead = score_of((SourceTrack("Lead"), [90, 91]), (SourceTrack("", drum=True), [36]))
        scores = [lead, score_of(*parts), lead]
        gridded = to_grid([with_bars(score, layout) for score in scores], layout)
        notes, assigned = assign([score.tracks for score in scores], gridded, layout)
        begin, end = gridded.first_step[1:3]
        self.notes = notes[(notes["start"] >= begin) & (notes["start"] < end)]
        self.notes["start"] -= begin
        self.placements, self.programs = assigned[1].placements, assigned[1].programs
        self.left_out, self.drums_left_out = assigned[1].left_out, assigned[1].drums_left_out


def are_in_four_parts(*scores):
    gridded = to_grid([with_bars(score, SATB) for score in scores], SATB)
    return are_four_part([score.tracks for score in scores], gridded, SATB)


def tracks_of(assigned, layout):
    return [
        p.track if p.track is None else layout.tracks[p.track].name for p in assigned.placements
    ]


@pytest.mark.parametrize(
    ("name", "layout", "track"),
    [
        ("SOPRANO", SATB, 0),
        ("1. Soprano", SATB, 0),
        ("S", SATB, 0),
        ("S.", SATB, 0),
        ("Violin II", SATB, 1),
        ("violin1", SATB, 0),
        ("Contralto", SATB, 1),
        ("Salto", SATB, None),
        ("a piano", SATB, None),
        ("Soprano, Alto", SATB, None),
        ("", SATB, None),
        ("Violin 2", QUARTET, 1),
        ("1st Violin", QUARTET, 0),
        ("Vla.", QUARTET, 2),
        ("Cello", QUARTET, 3),
        ("Violin", QUARTET, None),
        ("PIANO", POP909, 2),
        ("MELODY", POP909, 0),
        ("Lead vocals", BAND, 3),
        ("Synth Bass", BAND, 1),
        ("Drums", BAND, 0),
        ("Guitar", BAND, None),
    ],
)
def test_names_are_matched_by_words(name, layout, track):
    assert track_named(name, layout) == track


@pytest.mark.parametrize(
    ("name", "track"),
    [
        ("MELODIA", 3),
        ("Gesang", 3),
        ("Canto 1", 3),
        ("Mélodie principale", 3),
        ("BASSO", 1),
        ("Bajo elec.", 1),
        ("Schlagzeug", 0),
        ("Accordi", 2),
        ("Basson", None),
    ],
)
def test_names_are_known_in_other_languages(name, track):
    assert track_named(name, BAND) == track


def test_a_layouts_own_words_count_before_translations():
    assert track_named("Canto", SATB) == 0
    assert track_named("Canto", load_layout("piano")) is None


def test_voices_go_by_name_in_any_order():
    assigned = Placed(
        SATB,
        (SourceTrack("Bass"), [40]),
        (SourceTrack("Tenor"), [50]),
        (SourceTrack("Alto"), [60]),
        (SourceTrack("Soprano", 73), [70]),
    )
    assert [int(n["pitch"]) for n in np.sort(assigned.notes, order="track")] == [70, 60, 50, 40]
    assert assigned.programs == (73, 0, 0, 0)


def test_four_unnamed_voices_go_by_mean_pitch():
    parts = [(SourceTrack(f"Staff {n}"), [base] * 4) for n, base in enumerate((50, 70, 40, 60))]
    assigned = Placed(SATB, *parts)
    assert tracks_of(assigned, SATB) == ["Tenor", "Soprano", "Bass", "Alto"]


@pytest.mark.parametrize(
    ("parts", "tracks"),
    [
        ([[79, 60, 76, 58]], ["Melody"]),
        ([[40, 52, 43, 47]], ["Bass"]),
        ([[62, 64, 60, 67]], ["Melody"]),
        ([[60, 62], [67, 65]], ["Inner", "Melody"]),
        ([[48, 50, 43, 45], [72, 74, 69, 71]], ["Bass", "Melody"]),
        ([[72, 74], [48, 50], [62, 64]], ["Melody", "Bass", "Inner"]),
        ([[72, 74], [70, 71], [69, 67]], ["Melody", "Inner", "Chords"]),
    ],
)
def test_a_tune_or_a_duo_is_not_split(parts, tracks):
    found = Placed(PIANO, *((SourceTrack(""), part) for part in parts))
    assert tracks_of(found, PIANO) == tracks
    assert len(found.notes) == sum(map(len, parts))


def test_a_tune_with_triplets_is_not_split():
    notes = [tick_notes(*(np.array([n]) for n in (beat * 12, 12, 0, 72, 80))) for beat in range(12)]
    for triplet in range(9):  # of sixteenths, of which two begin on the same step
        column = (144 + triplet * 2, 2, 0, 70 + triplet, 80)
        notes.append(tick_notes(*(np.array([n]) for n in column)))
    score = Score(12, (SourceTrack(""),), np.concatenate(notes))
    gridded = to_grid([with_bars(score, PIANO)], PIANO)
    assert Features.of(gridded)[0].overlaps[0] > 0.1
    found = assign([score.tracks], gridded, PIANO)[1][0]
    assert [placement.track for placement in found.placements] == [0]


#: A line with a double stop, of which a track that takes one pitch keeps one.
STOPPED = [(76,), (70, 76), (77,), (79,), (76,), (77,), (74,), (76,)]


@pytest.mark.parametrize("bowed", [True, False])
def test_parts_for_strings_are_not_torn_apart_by_double_stops(bowed):
    programs = (40, 40, 41, 42) if bowed else (0, 0, 0, 0)
    parts = [
        (SourceTrack("", program), [tuple(np.subtract(chord, lower)) for chord in STOPPED])
        for program, lower in zip(programs, (9, 0, 18, 27), strict=True)
    ]
    found = tracks_of(Placed(QUARTET, *parts), QUARTET)
    assert found == (["Violin II", "Violin I", "Viola", "Violoncello"] if bowed else [None] * 4)


def test_voices_without_a_name_of_their_own_go_where_the_named_ones_do_not():
    line = [max(chord) for chord in STOPPED]
    violin, chords = SourceTrack("Violin"), [(60, 64, 67)] * 8
    named = (SourceTrack("Viola"), line), (SourceTrack("Cello"), line)
    higher = [tuple(np.add(chord, 12)) for chord in STOPPED]
    found = Placed(QUARTET, (violin, line), (violin, higher), *named)
    assert tracks_of(found, QUARTET) == ["Violin II", "Violin I", "Viola", "Violoncello"]
    # Chords are no voice, one name is too few, and of three violins nobody knows which is which.
    piano = Placed(QUARTET, (violin, line), (SourceTrack("Piano"), chords), *named)
    few = Placed(QUARTET, (violin, higher), *[(SourceTrack("Strings"), higher)] * 2, named[0])
    many = Placed(QUARTET, (violin, higher), (violin, line), (violin, line), *named)
    for found in (piano, few, many):
        assert set(tracks_of(found, QUARTET)) == {None}


def test_more_lines_than_voices_are_split():
    lines = [(SourceTrack(""), [40 + 8 * n, 41 + 8 * n]) for n in range(5)]
    assert tracks_of(Placed(PIANO, *lines), PIANO) == [None] * 5


def test_a_piano_is_split_by_register_and_drums_are_dropped():
    chords = [(48, 60, 64, 67), (50, 62, 65, 69), (48, 60, 64, 72)]
    assigned = Placed(SATB, (SourceTrack("Piano"), chords), (SourceTrack("", drum=True), [36, 38]))
    assert assigned.left_out == assigned.drums_left_out == 2
    for beat, chord in enumerate(chords):
        now = assigned.notes[assigned.notes["start"] == beat * 4]
        assert now["pitch"].tolist() == sorted(chord, reverse=True)
        assert now["track"].tolist() == [0, 1, 2, 3]


def test_a_band_is_matched_by_drums_names_and_programs():
    assigned = Placed(
        BAND,
        (SourceTrack("", 0, drum=True), [36, 42]),
        (SourceTrack("Melody", 73), [72, 74]),
        (SourceTrack("", 33), [40, 41]),
        (SourceTrack("", 48), [(60, 64), (62, 65)]),
        (SourceTrack("", 25), [(64, 67), (65, 69)]),
    )
    assert tracks_of(assigned, BAND) == ["Drums", "Lead", "Bass", "Chords", "Chords"]
    assert assigned.programs[3] == 73
    assert assigned.left_out == 0


def test_without_names_the_lowest_is_bass_and_the_most_melodic_leads():
    assigned = Placed(
        BAND,
        (SourceTrack("", 0), [(60, 64, 67)] * 4),
        (SourceTrack("", 0), [38, 40, 41, 43]),
        (SourceTrack("", 0), [76, 77, 79, 81]),
    )
    assert tracks_of(assigned, BAND) == ["Chords", "Bass", "Lead"]


def test_a_busy_sound_effect_does_not_lead():
    effect, tune = [(84, 86)[n % 2] for n in range(12)], [72, 74, 76, 77, 76]
    bass = SourceTrack("", 33), [36, 38]
    for program, leads in ((96, "Lead"), (12, "Chords")):
        assigned = Placed(
            BAND, (SourceTrack("", 73), tune), (SourceTrack("", program), effect), bass
        )
        assert tracks_of(assigned, BAND)[0] == leads


def test_chords_below_a_melody_are_no_bass():
    tune, chords = [72, 74, 76, 77], [(48, 55, 64), (50, 57, 65)] * 2
    assigned = Placed(BAND, (SourceTrack(""), tune), (SourceTrack(""), chords))
    assert tracks_of(assigned, BAND) == ["Lead", "Chords"]
    lines = Layout("lines", (Track("Low", mono=True, keeps="lowest"), BAND.tracks[3]))
    assigned = Placed(lines, (SourceTrack(""), tune), (SourceTrack(""), chords))
    assert tracks_of(assigned, lines) == ["Lead", "Low"]


def test_a_lone_piano_plays_chords_and_a_lone_flute_leads():
    piano = Placed(BAND, (SourceTrack("", 0), [(48, 60, 64)] * 4))
    flute = Placed(BAND, (SourceTrack("", 73), [72, 74, 76]))
    assert tracks_of(piano, BAND) == ["Chords"]
    assert tracks_of(flute, BAND) == ["Lead"]


def test_drums_on_another_channel_are_known_by_name():
    assigned = Placed(BAND, (SourceTrack("Drum kit"), [36, 38]), (SourceTrack("Lead"), [70, 72]))
    assert tracks_of(assigned, BAND) == ["Drums", "Lead"]


def test_a_layout_may_drop_what_it_does_not_name():
    layout = Layout("two", (Track("High"), Track("Low")), unmatched="drop")
    assigned = Placed(layout, (SourceTrack("High"), [70]), (SourceTrack("Middle"), [60]))
    assert tracks_of(assigned, layout) == ["High", None]
    assert assigned.left_out == 1


OWN = Layout(
    "own",
    (
        Track("Kit", drum=True, channels=(10,)),
        Track("Winds", families=("reed", "pipe"), several="best"),
        Track("Low", register=(0, 47)),
        Track("Third", channels=(2,)),
        Track("Rest", register=(0, 127)),
    ),
    unmatched="drop",
)


@pytest.mark.parametrize(
    ("source", "pitches", "track", "why"),
    [
        (SourceTrack("", 0, channel=2), [60], "Third", "by channel"),
        (SourceTrack("", 73, channel=2), [60], "Third", "by channel"),
        (SourceTrack("rest", 73, channel=2), [60], "Rest", "by name"),
        (SourceTrack("", 0, channel=10), [60], "Kit", "by channel"),
        (SourceTrack("", 0, True, 10), [60], "Kit", "by channel"),
        (SourceTrack("", 0, True, 9), [60], "Kit", "drums"),
        (SourceTrack("", 64), [40], "Winds", "by program"),
        (SourceTrack("", 79), [40], "Winds", "by program"),
        (SourceTrack("", 80), [40, 44], "Low", "by register"),
        (SourceTrack("", 80), [40, 70], "Rest", "by register"),
    ],
)
def test_a_layout_may_ask_for_channels_families_and_registers(source, pitches, track, why):
    found = Placed(OWN, (source, pitches))
    assert (tracks_of(found, OWN), found.placements[0].why) == ([track], why)


def test_a_track_may_keep_the_largest_of_its_sources():
    found = Placed(OWN, (SourceTrack("", 73), [60]), (SourceTrack("", 71), [62, 64]))
    assert tracks_of(found, OWN) == [None, "Winds"]
    assert found.notes["pitch"].tolist() == [62, 64]
    assert found.left_out == 1
    assert found.placements[0].why == "Winds keeps its largest source alone"


def test_merged_tracks_keep_one_of_each_pitch():
    assigned = Placed(
        BAND, (SourceTrack("Chord 1"), [(60, 64)] * 2), (SourceTrack("Pad"), [(60, 67)] * 2)
    )
    assert assigned.notes["pitch"].tolist() == [60, 64, 67] * 2


def test_four_parts_are_known_by_name_or_by_number():
    voices = [
        score_of(*[(SourceTrack(n), [60, 62]) for n in names])
        for names in (("S", "A", "T", "B"), ("", "", "", ""))
    ]
    piano = score_of((SourceTrack("Piano"), [(48, 60, 64, 67)] * 2))
    assert are_in_four_parts(voices[0], piano, voices[1]) == [True, False, True]


def test_a_piano_keeps_every_note_of_thick_chords():
    hands = [(84, 76, 72, 67, 64, 60, 48, 36), (83, 74, 71, 67, 62, 55, 43, 31)]
    found = Placed(PIANO, (SourceTrack("Piano"), hands))
    assert found.left_out == 0
    assert len(found.notes) == 16
    first = found.notes[found.notes["start"] == 0]
    counts = np.bincount(first["track"], minlength=4).tolist()
    assert counts == [1, 1, 5, 1]
    assert [first["pitch"][first["track"] == n].tolist() for n in (0, 3)] == [[84], [36]]


def test_pop909_takes_nothing_but_its_own_tracks():
    parts = [(SourceTrack(name), [60, 62]) for name in ("MELODY", "BRIDGE", "PIANO", "other")]
    found = Placed(POP909, *parts)
    assert tracks_of(found, POP909) == ["MELODY", "BRIDGE", "PIANO", None]
