"""The layout of music for which nobody named one."""

from dataclasses import replace

import numpy as np
import pytest
from midi_bytes import meter, midi, notes, off, on

from midigan.errors import MidiganError
from midigan.files.encoding.choose import find_layout
from midigan.files.encoding.encode import open_phrases
from midigan.files.writers.write import write_midi
from midigan.layout import Layout, Track, load_layout
from midigan.song import NOTE, Song

SATB, BAND = load_layout("satb"), load_layout("band")


def test_the_layout_is_chosen_by_what_most_files_are(folders):
    assert find_layout([folders / "choir"])[0] == SATB
    layout, reason = find_layout([folders / "band"])
    assert layout == BAND
    assert reason == "3 of 3 pieces looked at have drums"


def test_four_parts_for_strings_are_a_quartet(folders, tmp_path):
    quartet = load_layout("quartet")
    assert find_layout([folders / "choir"])[0] == SATB
    plain = replace(quartet, tracks=tuple(replace(t, name="") for t in quartet.tracks))
    named = replace(quartet, tracks=tuple(replace(t, program=0) for t in quartet.tracks))
    notes = np.array([(4 * i, 4, t, 72 - 8 * t, 80) for i in range(8) for t in range(4)], NOTE)
    song = Song("q", notes, np.full(2, 16, np.uint16))
    for folder, layout in (("programs", plain), ("names", named)):
        write_midi(song, layout, tmp_path / folder / "q.mid")
        found = find_layout([tmp_path / folder])
        assert found == (quartet, "1 of 1 pieces looked at are for strings")


def test_a_quartet_is_one_with_double_stops_and_violins_of_one_name(tmp_path):
    quartet = load_layout("quartet")
    names = ("Violin", "Violin", "Viola", "Cello")
    printed = replace(
        quartet,
        tracks=tuple(
            replace(track, name=name, program=0, mono=False, names=())
            for track, name in zip(quartet.tracks, names, strict=True)
        ),
    )
    rows = [(4 * i, 4, t, 72 - 8 * t, 80) for i in range(8) for t in range(4)]
    stops = [(4 * i, 4, t, 69 - 8 * t, 80) for i in (1, 5) for t in range(4)]
    song = Song("q", np.sort(np.array(rows + stops, NOTE)), np.full(2, 16, np.uint16))
    write_midi(song, printed, tmp_path / "q.mid")
    assert find_layout([tmp_path])[0] == quartet
    # A fifth part, or three, are none.
    for count in (3, 5):
        tracks = (*printed.tracks, replace(printed.tracks[0], channel=4))[:count]
        more = np.array(
            [(4 * i, 4, t, 72 - 8 * t, 80) for i in range(8) for t in range(count)], NOTE
        )
        write_midi(
            Song("other", more, np.full(2, 16, np.uint16)),
            replace(printed, tracks=tracks),
            tmp_path / str(count) / "other.mid",
        )
        assert find_layout([tmp_path / str(count)])[0] != quartet


def test_what_a_pianist_plays_alone_is_laid_out_as_a_piano(tmp_path):
    hands = np.array([(4 * i, 4, i % 2, 72 - 24 * (i % 2), 80) for i in range(8)], NOTE)
    alone = Song("alone", hands[::2], np.full(2, 16, np.uint16))
    both = Song("both", hands, np.full(2, 16, np.uint16))
    piano, flute = (Layout("hands", (Track("R", p), Track("L", p, 1))) for p in (0, 73))
    for song, layout in ((alone, piano), (both, piano), (both, flute)):
        write_midi(song, layout, tmp_path / f"{song.name} {layout.tracks[0].program}.mid")
    layout, reason = find_layout([tmp_path])
    assert layout == load_layout("piano")
    assert reason == "2 of 3 pieces looked at are for one piano"
    assert find_layout([tmp_path / "both 73.mid"])[0] == BAND


def test_a_file_that_cannot_be_placed_does_not_stop_the_choice(folders):
    far = midi(on(60, after=2**27) + on(60, after=2**27) + off(60))
    (folders / "choir" / "0-far.mid").write_bytes(far)
    assert find_layout([folders / "choir"])[0] == SATB
    _, report = open_phrases(folders / "choir")
    assert [reason for _, reason in report.skipped] == ["all its notes lie after bar 16,384"]


def test_music_in_another_meter_chooses_its_bars(tmp_path):
    (tmp_path / "waltz.mid").write_bytes(midi(meter(3, 4) + notes(24)))
    phrases, report = open_phrases(tmp_path)
    assert (phrases.layout.name, phrases.layout.steps) == ("piano-3-4", 12)
    assert report.meter_reason == "1 of 1 pieces looked at are in 3/4, none in 4/4"
    assert open_phrases(tmp_path, SATB)[0].layout.name == "satb-3-4"
    with pytest.raises(MidiganError, match="another meter, 3/4"):
        open_phrases(tmp_path, meter="only")
