"""Pictures of scenes, as text, on terminals of many sizes."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from rich.screen import Screen
from scenes import BAR, scene_at, watching

from midigan.commands.face.frame import Frame, plan
from midigan.commands.face.keyboard import HELP
from midigan.controls import Controls, Noise
from midigan.live.processes.composer_messages import Note, Part, Phrase
from midigan.live.processes.player_messages import Report
from midigan.performance.ticks import PPQN


def picture(scene, width=80, height=24):
    rows = Frame(scene).rows(width, height, "truecolor")
    return ["".join(segment.text for segment in row) for row in rows]


def shown(scene, **how):
    return "\n".join(picture(scene, **how))


@pytest.mark.parametrize("width", [1, 7, 20, 40, 79, 80, 81, 132, 300])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 9, 12, 24, 25, 50, 100])
def test_it_fills_a_terminal_of_any_size_exactly(width, height):
    scene = scene_at(5 * BAR + 100, said=["x" * 200, "\n".join(HELP)])
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None)
    console.print(Screen(Frame(scene)), end="")
    rows = out.getvalue().split("\n")
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}


def test_it_says_where_the_music_is_and_how_it_is_made():
    controls = Controls(walk=0.6, key="D major", swing=60, swing_grid=8, style=Noise(locked=True))
    text = shown(scene_at(4 * BAR + 2 * PPQN, controls=controls, leader="a MIDI clock", phrases=4))
    for words in (
        "► bar 5   ○ ○ ● ○   96 bpm   follows a MIDI clock",
        "next ready",
        "walk ━━━━╌╌ 0.60  chords ━━━━━━",
        "style locked",
        "key D major",
        "swing 60%/8",
        "chorales → Synth   seed 7   real-time",
        "? keys  q stop",
    ):
        assert words in text
    jig = replace(scene_at(0), bar_ticks=3 * PPQN, beat_ticks=PPQN // 2, tick=4 * PPQN)
    assert "► bar 2   ○ ○ ● ○ ○ ○" in shown(jig)
    more = Controls(candidates=8, attributes=(("density", 0.5), ("register", 0.0)))
    text = shown(scene_at(0, controls=more))
    assert "candidates 8  density +0.50" in text
    assert "register" not in text
    text = shown(scene_at(0, controls=Controls(genre=(("jazz", 3.0), ("folk", 1.0)), feel=50.0)))
    assert "feel 50%  genre jazz 75%, folk 25%" in text


def test_it_says_when_the_leader_stands_and_a_phrase_is_missing():
    text = shown(scene_at(4 * BAR, rolling=False, leader="a MIDI clock", phrases=1))
    assert "■ bar 5   ○ ○ ○ ○" in text
    assert "waits for a MIDI clock" in text
    assert "next composing" in text


def test_a_port_that_is_away_is_called_so_until_it_is_back():
    made = watching()
    for away, words in ((True, "→ Synth away   seed 7"), (False, "→ Synth   seed 7")):
        made.progress(Report(0, 0, 96.0, True, 0, 0.0, 0.0, 0.0, [], away=away))
        assert words in shown(made.scene(1000.0))


def test_knobs_become_smaller_before_any_is_left_out():
    controls = Controls(style=Noise(locked=True))
    for width, gauge, lock in ((80, "━━━━━━", "locked"), (64, "━━━", "■■■"), (60, "━━", "■■")):
        (row,) = [row for row in picture(scene_at(0, controls=controls), width) if " walk " in row]
        assert row.startswith(f" walk {gauge} 1.00  chords {gauge}  style {lock}  melody")
        assert f"groove {gauge} " in row


def test_notes_roll_past_a_playhead_that_stays():
    """A sixteenth is a column."""
    for step in (0, 1, 5, 15):
        rows = picture(scene_at(step * PPQN // 4))
        head = rows[3].index("│")
        assert head == 13 + 16
        assert rows[1].index("2") == head + 16 - step
        low = [row for row in rows[3:10] if "▄" in row]
        assert low[0].index("▄") == head + 16 - step


def test_high_notes_are_above_low_ones_in_their_lane():
    rows = picture(scene_at(0))
    lead = [i for i, row in enumerate(rows) if "▀" in row or "▄" in row or "█" in row]
    high, low = lead[0], lead[1]
    head = rows[1].index("1")
    assert rows[high][head] in "▀▄"
    assert rows[low][head + 16] in "▀▄"
    assert rows[low][head] == "│"


def test_a_lane_is_named_with_what_sounds_or_that_it_is_muted():
    rows = picture(scene_at(100))
    (lead,) = [i for i, row in enumerate(rows) if row.startswith(" Lead ")]
    (drums,) = [i for i, row in enumerate(rows) if row.startswith(" Drums ")]
    assert rows[lead + 1].startswith(" C5 ")
    assert rows[drums + 1].startswith("     ")
    rows = picture(scene_at(100, controls=Controls(muted=(0,))))
    assert rows[lead + 1].startswith(" muted ")


def test_sounding_notes_are_lit_and_played_ones_fade():
    def colours(tick, rolling=True):
        """Of the long high note at its onset, by where the music is."""
        row = Frame(scene_at(tick, rolling=rolling)).rows(80, 24, "truecolor")[2]
        return next(s.style.color for s in row[1:] if set(s.text) <= {"▀", "▄"})

    sounding, played, waiting = colours(PPQN), colours(BAR), colours(0, rolling=False)
    assert len({sounding.name, played.name, waiting.name}) == 3


def test_a_tied_note_is_drawn_on_from_the_one_before_if_that_is_there():
    def styles(pitch, tied):
        """Of the columns around the onset of a note of the next phrase."""
        made = watching(phrases=1)
        made.composed(Phrase(1, [Note(0, BAR, 0, pitch, 90, tied=tied)]))
        rows = Frame(made.scene(100.0)).rows(80, 24, "truecolor")
        head = "".join(segment.text for segment in rows[1]).index("1")
        found = [[segment.style for segment in row for _ in segment.text] for row in rows]
        row = {60: 8, 72: 2}[pitch]
        return found[row][head + 31 : head + 34]

    before, onset, after = styles(60, tied=False)
    assert before == after != onset
    assert styles(60, tied=True) == [before, after, after]
    # Nothing of that pitch is before it: it will be struck.
    assert styles(72, tied=True)[1:] == [onset, after]


@pytest.mark.parametrize("colors", [None, "standard", "256", "truecolor"])
def test_colours_are_those_of_the_terminal(colors):
    rows = Frame(scene_at(PPQN)).rows(80, 24, colors)
    kinds = {s.style.color.type.name for row in rows for s in row if s.style and s.style.color}
    legal = {None: set(), "standard": {"STANDARD"}, "256": {"EIGHT_BIT"}}
    assert kinds == legal.get(colors, {"TRUECOLOR"})


def test_what_was_said_is_above_the_footer_and_help_over_the_roll():
    rows = picture(scene_at(0, said=["melody drawn anew"]))
    assert rows[22].startswith(" melody drawn anew")
    text = shown(scene_at(0, said=["\n  ".join(HELP)]))
    assert all(line in text for line in HELP)
    assert "bar 1" in text


@pytest.mark.parametrize("tracks", [1, 3, 4, 5, 8, 16, 40])
def test_all_lanes_come_before_anything_else(tracks):
    for height in range(1, 60):
        found = plan(tracks, height)
        assert found.lanes == min(tracks, height - 1)
        used = 1 + found.lanes * found.lane_rows + len(found.parts) + found.gaps
        assert used <= height


def test_many_tracks_are_drawn_where_there_is_room():
    parts = [Part(f"Track {i}", i % 16, 0) for i in range(20)]
    assert "Track 19" in shown(scene_at(0, parts=parts), height=40)
