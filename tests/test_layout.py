import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from midigan.errors import FormatError
from midigan.layout import FAMILIES, Layout, Track, load_layout, shipped_layouts


def test_shipped_layouts_have_the_default_grid():
    tracks = {"band": 4, "piano": 4, "pop909": 3, "quartet": 4, "satb": 4}
    assert shipped_layouts() == list(tracks)
    for name in shipped_layouts():
        layout = load_layout(name)
        assert layout.name == name
        assert layout.shape == (tracks[name], 2, 16, 84)
        assert len({track.channel for track in layout.tracks}) == len(layout.tracks)
        assert (layout.lowest_pitch, layout.highest_pitch) == (24, 107)
        assert layout.beats_per_bar == 4


@pytest.mark.parametrize(
    ("steps", "denominator", "meter"),
    [
        (16, 4, (4, 4)),
        (16, 2, (2, 2)),
        (12, 4, (3, 4)),
        (12, 8, (6, 8)),
        (12, 2, (3, 4)),
        (14, 4, (7, 8)),
        (24, 8, (12, 8)),
        (1, 1, (1, 16)),
    ],
)
def test_a_bar_is_a_meter(steps, denominator, meter):
    assert replace(load_layout("satb"), steps=steps, denominator=denominator).meter == meter


def test_a_bar_that_no_meter_fills_is_called_four_four():
    assert replace(load_layout("satb"), steps=5, steps_per_beat=3).meter == (4, 4)


def test_a_layout_survives_json():
    layout = load_layout("band")
    assert Layout.from_dict(json.loads(json.dumps(layout.to_dict()))) == layout


def test_a_layout_can_move_its_lowest_pitch():
    layout = load_layout("satb")
    assert layout.moved_to(0).lowest_pitch == 0
    assert layout.moved_to(None) is layout


def test_a_layout_of_ones_own(tmp_path):
    path = tmp_path / "duo.toml"
    path.write_text(
        'bars = 4\n[[tracks]]\nname = "Left"\n[[tracks]]\nname = "Right"\nmono = true\n'
    )
    layout = load_layout(str(path))
    assert layout.name == "duo"
    assert layout.shape == (2, 4, 16, 84)
    assert [track.mono for track in layout.tracks] == [False, True]


def test_the_page_about_layouts_shows_one_and_names_what_is_legal(tmp_path):
    page = (Path(__file__).parent.parent / "docs" / "layouts.md").read_text("utf-8")
    path = tmp_path / "own.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0])
    assert [track.name for track in load_layout(str(path)).tracks] == ["Drums", "Bass", "Horns"]
    keys = {field.name for cls in (Layout, Track) for field in fields(cls)} - {"tracks"}
    for name in (*keys, *FAMILIES):
        assert f"`{name}`" in page, name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bars = 2", "at least one track"),
        ("[[tracks]]\nprogram = 1", "name"),
        ('[[tracks]]\nname = "A"\nchannel = 16', "0 to 15"),
        ('[[tracks]]\nname = "A"\nprogram = 128', "0 to 127"),
        ('[[tracks]]\nname = "A"\nkeeps = "loudest"', "'highest'"),
        ('bras = 2\n[[tracks]]\nname = "A"', "unknown key 'bras'"),
        ('bars = "two"\n[[tracks]]\nname = "A"', "wrong type"),
        ('bars = 0\n[[tracks]]\nname = "A"', "1 to 64"),
        ('lowest_pitch = 60\n[[tracks]]\nname = "A"', "0 to 44"),
        ('unmatched = "maybe"\n[[tracks]]\nname = "A"', "'register'"),
        ('[[tracks]]\nname = "A"\nchannels = [16]', "0 to 15"),
        ('[[tracks]]\nname = "A"\nfamilies = ["harps"]', "chromatic percussion"),
        ('[[tracks]]\nname = "A"\nregister = [60]', "a low and a high pitch"),
        ('[[tracks]]\nname = "A"\nregister = [60, 40]', "a low and a high pitch"),
        ('[[tracks]]\nname = "A"\nregister = [0, 128]', "0 to 127"),
        ('[[tracks]]\nname = "A"\nseveral = "all"', "'best'"),
        ('denominator = 3\n[[tracks]]\nname = "A"', "1, 2, 4, 8"),
        ("bars = ", "not valid TOML"),
        ("tracks = 3", "at least one track"),
        ('tracks = ["A"]', "table"),
    ],
)
def test_a_bad_layout_is_refused_with_what_is_legal(tmp_path, text, said):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        load_layout(str(path))


def test_an_unknown_layout_names_those_that_exist():
    with pytest.raises(FormatError, match="band, piano, pop909, quartet, satb"):
        load_layout("quintet")


def test_a_layout_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match=r"bad\.toml"):
        load_layout(str(path))


def test_ranges_hold_for_layouts_made_in_code_too():
    with pytest.raises(FormatError, match="number of tracks"):
        Layout("none", ())
    with pytest.raises(FormatError, match="channel"):
        Track("A", channel=-1)
