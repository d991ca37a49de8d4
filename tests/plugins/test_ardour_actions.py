"""The plug-in for Ardour, in Ardour."""

import json
import shutil
from pathlib import Path

import mido
import pytest
from ardour_session import channels_of, new_session, notes_in
from ardour_window import Window, use_jack
from real_parts import Midigan, Receiver, jack_server, wait_until
from reaper import answers, escaped

INSERT, REROLL = "midigan_insert_bars.lua", "midigan_reroll.lua"

#: After two bars of 4/4 at 120 bpm, 3/4 at 90; and the second beat of bar 5, 15 from the beginning.
TEMPO, PLAYHEAD = "8 90 3 4", round(48000 * (8 * 60 / 120 + 7 * 60 / 90))

#: Waits until the playhead is at the frame that a file says.
ARRIVED = """
local frame = tonumber (io.open (FILE):read ("a"))
local late = os.time () + 60
while Session:transport_sample () ~= frame and os.time () < late do
  ARDOUR.LuaAPI.usleep (20000)
end
"""

#: Selects the regions of the track that a file names, or of all tracks.
SELECT = """
local wanted = io.open (FILE):read ("a")
local selection = ArdourUI.SelectionList ()
for route in Session:get_tracks ():iter () do
  for region in route:to_track ():playlist ():region_list ():iter () do
    if wanted == "" or route:name () == wanted then
      selection:push_back (Editor:regionview_from_region (region))
    end
  end
end
Editor:set_selection (selection, ArdourUI.SelectionOp.Set)
"""


def choose(session, **choices):
    """What the settings leave in a session."""
    text = "&".join(f"{name}={escaped(value)}" for name, value in choices.items())
    (session / "midigan.choices").write_text(text)


def expected(answer, at_beat=0.0):
    (clip,) = answer["clips"]
    return {
        (track["name"], at_beat, *map(float, note), float(track["channel"]))
        for track in clip["tracks"]
        for note in track["notes"]
    }


def of_track(notes, name):
    return {note for note in notes if note[0] == name}


def test_bars_are_inserted_rolled_anew_saved_reopened_and_exported(
    home, midigan, calls, tiny_generator, tmp_path
):
    calls(midigan)
    session = tmp_path / "Stück 1"
    new_session(session)
    choose(session, generator=tiny_generator, bars=4, key="E minor")
    wanted = tmp_path / "wanted"
    wanted.write_text("")
    select = SELECT.replace("FILE", json.dumps(str(wanted)))

    def saved_as(name):
        window.save()
        return Path(shutil.copytree(session, tmp_path / name / session.name))

    with Window(session, home, INSERT, REROLL, before=select) as window:
        assert window.act(1) == ""
        inserted = saved_as("inserted")
        assert "--key=E minor" in (tmp_path / "words").read_text().splitlines()
        # What is set by now does not count, but what the region was made of.
        choose(session, key="C", bars=16)
        wanted.write_text("Alto")
        assert window.act(2) == ""
        one = saved_as("one")
        window.undo()
        undone = saved_as("undone")
        wanted.write_text("")
        assert window.act(2) == ""
        all_ = saved_as("all")
    answer, line, new = answers(tmp_path)
    assert (answer["bars"], answer["beats"]) == (4, 16)

    before, regions = notes_in(inserted, tmp_path / "exported")
    assert before == expected(answer)
    assert {track for track, _ in regions} == {"Soprano", "Alto", "Tenor", "Bass"}
    assert all(name.endswith(f" {answer['seed']}-0-4") for _, name in regions)
    exported = mido.MidiFile(next((tmp_path / "exported").glob("*.mid")))
    assert any(message.type == "note_on" for message in exported)

    now, regions = notes_in(one, tmp_path / "exported")
    assert (line["seed"], line["bars"]) == (answer["seed"], 4)
    assert now - of_track(now, "Alto") == before - of_track(before, "Alto")
    assert of_track(now, "Alto") == of_track(expected(line), "Alto") != of_track(before, "Alto")
    assert {track for track, name in regions if name.endswith("-1-4")} == {"Alto"}

    assert notes_in(undone, tmp_path / "exported")[0] == before

    now, regions = notes_in(all_, tmp_path / "exported")
    assert now == expected(new) != before
    assert new["seed"] != answer["seed"]
    assert all(name.endswith(f" {new['seed']}-0-4") for _, name in regions)


def test_bars_go_to_the_bar_of_the_playhead_on_tracks_that_are_there(
    home, midigan, calls, tiny_band, tmp_path
):
    calls(midigan)
    session = tmp_path / "session"
    new_session(session, tempo=TEMPO)
    choose(session, generator=tiny_band, bars=2)
    frame = tmp_path / "frame"
    frame.write_text("0")
    arrived = ARRIVED.replace("FILE", json.dumps(str(frame)))
    with Window(session, home, INSERT, before=arrived) as window:
        assert window.act() == ""
        frame.write_text(str(PLAYHEAD))
        window.locate(PLAYHEAD)
        assert window.act() == ""
        window.save()
    first, second = answers(tmp_path)
    found, regions = notes_in(session, tmp_path / "exported")
    # Bar 5 begins 14 quarter notes from the beginning.
    assert found == expected(first) | expected(second, 14.0)
    assert {track for track, _ in regions} == {"Drums", "Bass", "Chords", "Lead"}


def test_a_genre_is_offered_where_the_generator_has_some(
    home, midigan, calls, tiny_genres, tmp_path
):
    calls(midigan)
    session = tmp_path / "session"
    new_session(session)
    given = f"""answers = {{ {{ bars = 2, generator = {json.dumps(str(tiny_genres))}, key = " " }},
      {{ genre = "Deep" }} }}"""
    with Window(session, home, "midigan_settings.lua", INSERT, before=given) as window:
        asked = window.act()
        assert "heading: Genres: Bright, Deep, or several, like Bright=2,Deep=1." in asked
        assert "genre: Genre" in asked
        assert window.act(2) == ""
    *_, answer = answers(tmp_path)
    assert answer["genre"] == {"Deep": 1.0, "Bright": 0.0}
    assert answer["bars"] == 2
    assert (session / "midigan.choices").read_text() == (
        f"bars=2&generator={escaped_plainly(tiny_genres)}&genre=Deep"
    )


def escaped_plainly(path):
    return str(path).replace("/", "%2F")


@pytest.fixture
def jack_name():
    with jack_server() as server:
        yield server


def test_midigan_live_is_connected_track_by_track_and_follows_the_clock(
    home, jack_name, tiny_generator, tmp_path
):
    use_jack(home)
    session = tmp_path / "session"
    new_session(session, "Bass", jack=True)
    choose(session, generator=tiny_generator)
    receiver = Receiver("listener")
    # The midigan that installed the plug-in is found.
    live = Midigan("live", tiny_generator, "--virtual", "--backend", "jack", "--sync", "midi")
    try:
        (source,) = wait_until(
            "a port", lambda: receiver.client.get_ports("midigan", is_output=True), 60
        )

        def joined():
            return receiver.client.get_ports("ardour:")

        with Window(session, home, "midigan_connect.lua", ready=joined) as window:
            told = window.act()
            assert "Tenor: channel 3" in told
            assert "Ardour sends its MIDI clock to midigan" in told
            voices = {"Soprano": 1, "Alto": 2, "Tenor": 4, "Bass": 8}
            connected = receiver.client.get_all_connections(source)
            assert {port.name for port in connected} == {
                f"ardour:{voice}/midi_in 1" for voice in voices
            }
            window.save()
            assert channels_of(session) == voices
            receiver.connect("midigan:")
            window.play()
            wait_until("notes in Ardour's time", lambda: receiver.notes, 60)
    finally:
        live.process.terminate()
        live.end()
        receiver.close()


def test_a_session_begins_with_a_track_for_each_voice(home, tiny_band, tmp_path):
    session = tmp_path / "session"
    new_session(session)
    given = f"answers = {{ {{ generator = {json.dumps(str(tiny_band))} }} }}"
    with Window(session, home, "midigan_session.lua", before=given) as window:
        assert window.act().startswith("generator: ")
        window.save()
    assert channels_of(session) == {"Drums": 1 << 9, "Bass": 1, "Chords": 2, "Lead": 4}
