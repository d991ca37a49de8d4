"""The plug-in for REAPER, in a stand-in of the ReaScript functions that it calls."""

from pathlib import Path

import pytest
from reaper import CONNECT, INSERT, REROLL, answers, escaped, run_reaper


def expected(answer, begin):
    (clip,) = answer["clips"]
    return {
        track["name"]: sorted(
            [begin + start, length, track["channel"], pitch, velocity]
            for start, length, pitch, velocity in track["notes"]
        )
        for track in clip["tracks"]
    }


def notes(shown):
    return {item["track"]: sorted(item["notes"]) for item in shown["items"]}


def close(found, wanted):
    """Whether notes are the same, to half a tick of 960 a quarter note."""
    assert found.keys() == wanted.keys()
    for track, rows in wanted.items():
        assert [row[2:] for row in found[track]] == [row[2:] for row in rows]
        for row, own in zip(found[track], rows, strict=True):
            assert row[:2] == pytest.approx(own[:2], abs=1 / 960)


def test_bars_are_inserted_on_the_grid_of_tempo_and_meter(resources, midigan, tiny_band, tmp_path):
    # Four bars of 4/4, then 3/4 and faster; the cursor in the second bar of those.
    state = """
    world.tempos = { { qn = 0, bpm = 100, num = 4, denom = 4, measure = 0 },
      { qn = 16, bpm = 150, num = 3, denom = 4, measure = 4 } }
    world.cursor_qn = 20.5
    """
    (shown,) = run_reaper(resources, INSERT, midigan, state, generator=tiny_band, bars=4)
    (answer,) = answers(tmp_path)
    assert (answer["bars"], answer["beats"], answer["tempo_bpm"]) == (4, 16, 150)
    assert shown["said"] == []
    assert [track["name"] for track in shown["tracks"]] == ["Drums", "Bass", "Chords", "Lead"]
    assert {(item["begin"], item["ending"]) for item in shown["items"]} == {(19, 35)}
    close(notes(shown), expected(answer, 19))
    programs = {item["track"]: item["ccs"] for item in shown["items"]}
    assert programs["Bass"] == [[0, 0xC0, 0, 33, 0]]
    assert programs["Lead"] == [[0, 0xC0, 2, 80, 0]]
    assert {item["name"] for item in shown["items"]} == {
        f"{track['name']} midigan {answer['seed']}-0-4" for track in shown["tracks"]
    }
    assert all(item["selected"] for item in shown["items"])
    assert shown["undo"] == ["midigan: insert bars"]
    assert [Path(file).parent.name for file in answer["files"]] == ["midigan"]


def test_a_cursor_on_a_bar_line_means_the_bar_that_begins_there(resources, midigan, tiny_generator):
    # 7 / 130 * 60 is no number that a computer has exactly.
    state = "world.tempos[1].bpm = 130 world.cursor_qn = 28"
    (shown,) = run_reaper(resources, INSERT, midigan, state, generator=tiny_generator, bars=2)
    assert {item["begin"] for item in shown["items"]} == {28}


def test_tracks_are_used_again_and_undo_takes_one_step(resources, midigan, tiny_generator):
    first, second, after = run_reaper(
        resources,
        f"{INSERT} world.cursor_qn = 40 {INSERT} undo () show ()",
        midigan,
        generator=tiny_generator,
    )
    assert len(first["tracks"]) == len(second["tracks"]) == 4
    assert (len(first["items"]), len(second["items"])) == (4, 8)
    assert {key: after[key] for key in ("tracks", "items", "undo")} == {
        key: first[key] for key in ("tracks", "items", "undo")
    }


def test_one_item_gets_a_new_line_and_all_get_new_music(
    resources, midigan, tiny_generator, tmp_path
):
    select = "for number, item in ipairs (world.project.items) do item.selected = %s end "
    # Before it is rolled anew, the item is moved, and the settings change.
    moved = "world.project.items[2].take.source_qn = 100 world.state['midigan/choices'] = 'key=D' "
    inserted, line, undone, line_again, together = run_reaper(
        resources,
        f"{INSERT} {select % 'number == 2'} {moved} {REROLL} undo () show () {REROLL}"
        f"{select % 'true'} {REROLL}",
        midigan,
        generator=tiny_generator,
    )
    first, rolled, again, new = answers(tmp_path)
    seed = first["seed"]
    other = inserted["items"][1]["track"]
    close(notes(inserted), expected(first, 0))
    for shown in (line, line_again):
        kept = {**expected(first, 0), other: expected(rolled, 100)[other]}
        close(notes(shown), kept)
        assert shown["items"][1]["name"] == f"{other} midigan {seed}-1-8"
        assert shown["undo"] == ["midigan: insert bars", "midigan: re-roll items"]
    assert rolled["clips"][0]["tracks"] == again["clips"][0]["tracks"]
    assert expected(rolled, 0)[other] != expected(first, 0)[other]
    # The other voices are as they were: the new line goes with them.
    for track, rows in expected(rolled, 0).items():
        assert track == other or rows == expected(first, 0)[track]
    assert undone["items"][1]["name"] == f"{other} midigan {seed}-0-8"
    close(notes(together), {**expected(new, 0), other: expected(new, 100)[other]})
    assert {item["name"] for item in together["items"]} == {
        f"{track['name']} midigan {new['seed']}-0-8" for track in together["tracks"]
    }
    assert new["seed"] != seed
    assert len(together["undo"]) == 3
    assert line["said"] == together["said"] == []


def test_an_item_of_another_kind_is_left_alone(resources, midigan):
    (shown,) = run_reaper(resources, REROLL, midigan)
    assert shown["said"] == ["Select an item that midigan inserted: its name says so."]
    assert (shown["called"], shown["undo"]) == ([], [])


WRONG = {
    "an error": ('echo \'{"error": "no such key"}\'; exit 1', "midigan says: no such key"),
    "no JSON": ("echo nonsense", "could not be run"),
    "half of JSON": ('echo \'{"clips": [{"tracks": [\'', "could not be run"),
    "another's JSON": ("echo '{\"clips\": []}'", "not what this action understands"),
    "impossible notes": (
        'echo \'{"seed": 1, "bars": 2, "beats": 8, "clips": [{"tracks": [{"name": "Bass", '
        '"channel": 0, "program": 33, "notes": [[0, 1, 200, 80]]}]}]}\'',
        "not what this action understands",
    ),
    "a crash": ("kill -9 $$", "could not be run"),
    "no end": ("exec sleep 60", "did not answer within 60 seconds"),
}


@pytest.mark.parametrize(
    ("kind", "late"), [*((kind, "nil") for kind in WRONG), ("no end", '"-1\\n"')]
)
def test_a_wrong_answer_changes_nothing(kind, late, resources, midigan, script, tiny_generator):
    lines, message = WRONG[kind]
    wrong = script(lines, name="wrong")
    # Its minute is over in two seconds.
    hurry = f"world.haste = {30 if kind == 'no end' else 1} world.late = {late} "
    swap = f'world.state["midigan/command"] = "{escaped(wrong)}" '
    (empty,) = run_reaper(resources, hurry + INSERT, wrong)
    assert (empty["tracks"], empty["items"], empty["undo"]) == ([], [], [])
    before, after = run_reaper(
        resources, f"{INSERT} {hurry} {swap} {REROLL}", midigan, generator=tiny_generator
    )
    for key in ("tracks", "items", "undo"):
        assert before[key] == after[key]
    for shown in (empty, after):
        (said,) = shown["said"]
        assert message in said
        assert "othing was changed" in said


def test_a_failure_half_way_is_undone(resources, midigan, tiny_generator):
    broken = "local sort = reaper.MIDI_Sort reaper.MIDI_Sort = function () error ('full', 0) end "
    first, second = run_reaper(
        resources,
        f"{INSERT} {broken} world.cursor_qn = 40 {INSERT}",
        midigan,
        generator=tiny_generator,
    )
    (said,) = second["said"]
    assert said.startswith("Nothing was changed. full")
    for key in ("tracks", "items", "undo"):
        assert first[key] == second[key]


def test_tracks_are_connected_to_midigan_s_port(resources, midigan, tiny_band):
    state = 'world.midi_inputs = { "Keys", "", "Midigan 129:0" }'
    (shown,) = run_reaper(resources, CONNECT, midigan, state, generator=tiny_band)
    channels = {"Drums": 10, "Bass": 1, "Chords": 2, "Lead": 3}
    for track in shown["tracks"]:
        values = track["values"]
        assert values.pop("I_RECINPUT") == 4096 + (2 << 5) + channels[track["name"]]
        assert values == {"I_RECARM": 1, "I_RECMON": 1, "I_RECMODE": 0}
    assert "Drums: channel 10" in shown["said"][0]
    assert shown["undo"] == ["midigan: connect live"]


def test_a_port_of_another_name_is_asked_for_once(resources, midigan, tiny_band):
    state = (
        'world.midi_inputs = { "loopMIDI Port" } world.inputs = { "no", "loopmidi", "loopmidi" }'
    )
    none, found, again = run_reaper(resources, CONNECT * 3, midigan, state, generator=tiny_band)
    assert "There are: loopMIDI Port." in none["said"][0]
    assert (none["tracks"], none["undo"]) == ([], [])
    assert {track["values"]["I_RECINPUT"] & ~31 for track in found["tracks"]} == {4096}
    assert again["asked"] == ["", "", "loopmidi"]
