"""What a picture shows: which notes, of which track, how high; not its pixels."""

import struct

import numpy as np
import pytest
from matplotlib.colors import to_hex

from midigan.errors import MidiganError
from midigan.files.roll import roll_of_notes
from midigan.layout import load_layout
from midigan.pictures import COLOURS, draw_phrases, draw_roll, save_picture
from midigan.pictures.looks import colour
from midigan.song import NOTE

SATB, BAND = load_layout("satb"), load_layout("band")


def notes(*rows):
    return np.array(list(rows), NOTE)


FOUR = notes(
    (0, 4, 0, 72, 96), (4, 4, 0, 74, 96), (0, 8, 1, 67, 96), (0, 8, 2, 60, 40), (0, 8, 3, 48, 96)
)


def draw_notes(found, layout, bars, title="", dark=False):
    return draw_roll(roll_of_notes(found, layout, bars, title), most_bars=bars, dark=dark)


def shapes(axes):
    """Outlines of the drawn notes by track."""
    return {
        int(bars.get_gid().split()[1]): [path.vertices for path in bars.get_paths()]
        for bars in axes.collections
    }


def texts(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_every_note_is_drawn_where_and_as_long_as_it_sounds():
    figure = draw_notes(FOUR, SATB, bars=2, title="Four")
    (axes,) = figure.axes
    drawn = shapes(axes)
    assert {track: len(found) for track, found in drawn.items()} == {0: 2, 1: 1, 2: 1, 3: 1}
    second = drawn[0][1]
    assert second[:, 0].min() == pytest.approx(1)
    assert 1.9 < second[:, 0].max() < 2, "a gap before the next note shows its onset"
    assert second[:, 1].mean() == pytest.approx(74, abs=0.1)
    assert axes.get_xlim() == (0, 8)


def test_tracks_have_colours_of_their_own_and_soft_notes_are_paler():
    (axes,) = draw_notes(FOUR, SATB, bars=2).axes
    colours = [to_hex(bars.get_facecolor()[0]).upper() for bars in axes.collections]
    assert [colours[0], colours[1], colours[3]] == [COLOURS[0], COLOURS[1], COLOURS[3]]
    strong, soft = (np.array(bars.get_facecolor()[0]).sum() for bars in axes.collections[1:3])
    assert colours[2] != COLOURS[2]
    assert soft > strong


def test_pitch_names_and_bar_numbers_are_there():
    (axes,) = draw_notes(FOUR, SATB, bars=2).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["C3", "C4", "C5"]
    assert [text.get_text() for text in axes.texts] == ["1", "2"]


def test_long_music_is_wrapped_and_cut():
    long = notes(*((16 * bar, 8, bar % 4, 60 + bar % 12, 80) for bar in range(20)))
    figure = draw_notes(long, SATB, bars=20)
    assert [axes.get_xlim() for axes in figure.axes] == [(0, 28), (28, 56), (56, 80)]
    assert [sum(map(len, shapes(axes).values())) for axes in figure.axes] == [7, 7, 6]
    widths = [axes.get_position().width for axes in figure.axes]
    assert widths[2] / widths[0] == pytest.approx(24 / 28)
    short = draw_notes(long, SATB, bars=4)
    assert sum(len(found) for axes in short.axes for found in shapes(axes).values()) == 4


def test_drums_have_rows_with_names_below_the_pitches():
    figure = draw_notes(
        notes((0, 1, 0, 36, 90), (4, 1, 0, 42, 90), (0, 8, 1, 40, 90)), BAND, bars=2
    )
    pitches, drums = figure.axes
    assert list(shapes(pitches)) == [1]
    assert [shape[:, 1].mean().round(1) for shape in shapes(drums)[0]] == [0, 1]
    assert [label.get_text() for label in drums.get_yticklabels()] == ["Kick", "Hat"]
    assert drums.get_position().y1 == pytest.approx(pitches.get_position().y0)
    only = draw_notes(notes((0, 1, 0, 36, 90)), BAND, bars=2)
    assert len(only.axes) == 1


def test_silent_tracks_are_named_as_such_and_silence_can_be_drawn():
    assert texts(draw_notes(FOUR[:2], SATB, bars=2)) == [
        "Soprano",
        "Alto (silent)",
        "Tenor (silent)",
        "Bass (silent)",
    ]
    assert len(draw_notes(FOUR[:0], SATB, bars=2).axes) == 1


def test_a_sheet_shows_each_phrase_on_the_same_pitches():
    figure = draw_phrases([FOUR, FOUR[:0], FOUR[4:]], SATB, title="Three", captions=["a", "b", "c"])
    assert [sum(map(len, shapes(axes).values())) for axes in figure.axes] == [5, 0, 1]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["a", "b", "c"]
    assert draw_phrases([], SATB).axes == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_is_a_png_as_large_as_its_figure(dark, tmp_path):
    figure = draw_notes(FOUR, SATB, bars=2, title="Four", dark=dark)
    save_picture(figure, tmp_path / "four.png", dpi=50)
    data = (tmp_path / "four.png").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == tuple(int(inches * 50) for inches in figure.get_size_inches())


def test_a_picture_of_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(MidiganError, match=r"four\.mid: use .*png"):
        save_picture(draw_notes(FOUR, SATB, bars=2), tmp_path / "four.mid")
    assert not list(tmp_path.iterdir())


def test_more_tracks_than_colours_are_told_apart():
    colours = [colour(track) for track in range(24)]
    assert len(set(colours)) == 24
    assert tuple(colours[:8]) == COLOURS
    assert all(len(code) == 7 and int(code[1:], 16) >= 0 for code in colours)


def test_drums_of_one_name_share_a_row_and_a_sheet_is_lower_than_a_roll():
    snares = notes((0, 1, 0, 38, 90), (4, 1, 0, 40, 90), (8, 8, 1, 40, 90))
    figure = draw_notes(snares, BAND, bars=2)
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["Snare"]
    assert draw_phrases([snares], BAND).get_figheight() < figure.get_figheight()
