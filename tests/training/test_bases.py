"""Which shipped generator music is taught to, where nobody names one."""

import numpy as np
import pytest

from midigan.errors import FormatError, MidiganError
from midigan.files.writers.write import write_midi
from midigan.layout import Layout, Track, load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song
from midigan.training.bases import choose_base


def song_of(layout):
    """Two bars in which every track of a layout plays on every beat."""
    tracks = range(len(layout.tracks))
    rows = [(4 * beat, 4, track, 72 - 8 * track, 80) for beat in range(8) for track in tracks]
    return Song("two bars", np.array(rows, NOTE), np.full(2, 16, np.uint16))


@pytest.mark.parametrize(
    ("layout", "base"), [("satb", "chorales"), ("quartet", "quartets"), ("band", "band")]
)
def test_a_folder_and_a_phrase_set_go_on_from_the_base_of_their_tracks(layout, base, tmp_path):
    layout = load_layout(layout)
    write_midi(song_of(layout), layout, tmp_path / "music" / "song.mid")
    chosen, reason = choose_base(str(tmp_path / "music"))
    assert chosen.name == base
    assert chosen.layout.name == layout.name
    assert "1 of 1 pieces looked at" in reason
    PhraseSet.from_songs([song_of(layout)], layout).save(tmp_path / "music.npz")
    chosen, reason = choose_base(str(tmp_path / "music.npz"))
    assert chosen.name == base
    assert reason == f"the phrases have its layout {layout.name}"


def test_where_none_suits_it_is_the_default_one_and_that_is_said(tmp_path):
    hands = Layout("hands", (Track("R"), Track("L", channel=1)))
    write_midi(song_of(hands), hands, tmp_path / "music" / "song.mid")
    chosen, reason = choose_base(str(tmp_path / "music"))
    assert chosen.name == "chorales"
    assert reason.startswith("none that ships is for layout piano")


def test_phrases_on_other_tracks_have_no_base(tmp_path):
    piano = load_layout("piano")
    PhraseSet.from_songs([song_of(piano)], piano).save(tmp_path / "piano.npz")
    with pytest.raises(MidiganError, match="none that ships is for layout piano; name a run"):
        choose_base(str(tmp_path / "piano.npz"))


def test_a_damaged_set_is_refused(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"PK nothing")
    with pytest.raises(FormatError, match="damaged"):
        choose_base(str(tmp_path / "x.npz"))
