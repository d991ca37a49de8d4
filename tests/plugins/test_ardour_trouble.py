"""The plug-in for Ardour, in Ardour, when midigan does not do its part."""

from pathlib import Path

import pytest
from ardour_session import new_session, outline
from ardour_window import Window
from real_parts import wait_until

INSERT, REROLL, CONNECT = "midigan_insert_bars.lua", "midigan_reroll.lua", "midigan_connect.lua"

#: Selects all regions before the scripts run.
SELECT_ALL = """
local selection = ArdourUI.SelectionList ()
for route in Session:get_tracks ():iter () do
  for region in route:to_track ():playlist ():region_list ():iter () do
    selection:push_back (Editor:regionview_from_region (region))
  end
end
Editor:set_selection (selection, ArdourUI.SelectionOp.Set)
"""

WRONG = {
    "an error": ('echo \'{"error": "no such key"}\'; exit 1', "midigan says: no such key"),
    "an error of its words": ("echo 'Error: no such option' >&2; exit 2", "no such option"),
    "no JSON": ("echo nonsense", "could not be run"),
    "half of JSON": ('echo \'{"clips": [{"tracks": [\'', "could not be run"),
    "nothing": ("exit 0", "could not be run"),
    "another's JSON": ("echo '{\"clips\": []}'", "not what this action understands"),
    "impossible notes": (
        'echo \'{"seed": 1, "bars": 2, "beats": 8, "genre": {}, "attributes": [], "clips": '
        '[{"tracks": [{"name": "Bass", "channel": 0, "program": 33, "notes": '
        "[[0, 1, 200, 80]]}]}]}'",
        "not what this action understands",
    ),
    "a crash": ("kill -9 $$", "could not be run"),
    "no end": ("echo $$ >> {folder}/hangs; exec sleep 600", "did not answer within 3 seconds"),
}


@pytest.fixture
def hurry(home):
    """What waits a minute for midigan waits three seconds."""
    common = home / ".config" / "ardour7" / "midigan" / "common.lua"
    text = common.read_text()
    assert "PATIENCE_S = 60" in text
    common.write_text(text.replace("PATIENCE_S = 60", "PATIENCE_S = 3"))


def test_a_wrong_answer_changes_nothing_and_is_told(
    home, hurry, midigan, script, calls, tmp_path, monkeypatch
):
    session = tmp_path / "session"
    new_session(session)
    # Where Ardour looks for a midigan that no installation told it of.
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with Window(session, home, INSERT, REROLL, CONNECT, before=SELECT_ALL) as window:
        calls(midigan)
        assert window.act() == ""
        window.save()
        before = outline(session)
        assert len([row for row in before if row[0] == "Region"]) >= 4
        for kind, (lines, message) in WRONG.items():
            calls(script(lines.replace("{folder}", str(tmp_path)), name="wrong"))
            for slot in (1, 2):
                told = window.act(slot)
                assert message in told, kind
                assert "othing was changed" in told, kind
        calls(tmp_path / "gone")
        for slot in (1, 2):
            told = window.act(slot)
            assert "'midigan' was called" in told
            assert "'midigan plugins install ardour' tells Ardour where midigan is" in told
        assert "Start 'midigan live --virtual' in a terminal" in window.act(3)
        window.save()
        assert outline(session) == before
    # Who did not answer in time is ended.
    for number in (tmp_path / "hangs").read_text().split():
        wait_until("its end", lambda n=number: not Path(f"/proc/{n}").exists())


def test_a_region_of_another_kind_is_left_alone(home, tmp_path):
    session = tmp_path / "session"
    new_session(session, "Bass")
    with Window(session, home, REROLL) as window:
        assert window.act() == "Select a region that midigan inserted: its name says so.\n"
