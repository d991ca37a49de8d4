"""`midigan live` beside a real DAW: Ardour records what it plays."""

import mido
import numpy as np
import pytest
from ardour import Ardour
from real_parts import PERIOD, RATE, Midigan, jack_server


@pytest.fixture(scope="module")
def jack_name():
    with jack_server() as server:
        yield server


def notes_of(path):
    """Each note as (onset, end, channel, pitch, velocity), in seconds, by onset and pitch."""
    now, found, down = 0.0, [], {}
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on" and message.velocity:
            down.setdefault((message.channel, message.note), []).append((now, message.velocity))
        elif message.type in ("note_on", "note_off"):
            begin, velocity = down[message.channel, message.note].pop(0)
            found.append((begin, now, message.channel, message.note, velocity))
    assert not any(down.values()), "a note never ends"
    return sorted(found, key=lambda note: (round(note[0], 1), note[2:]))


def test_ardour_records_the_notes_that_live_sends_in_time(jack_name, tiny_generator, tmp_path):
    ardour = Ardour(tmp_path)
    try:
        sent = tmp_path / "sent.mid"
        midigan = Midigan(
            *("live", tiny_generator, "--port", ardour.port, "--bars", 8),
            *("--tempo", 240, "--seed", 3, "--record", sent),
        )
        status, _, err = midigan.end()
        assert (status, err) == (0, "")
        taken = notes_of(ardour.stop())
    finally:
        ardour.close()
    own = notes_of(sent)
    assert [note[2:] for note in taken] == [note[2:] for note in own]
    times = np.array([note[:2] for note in taken]) - np.array([note[:2] for note in own])
    late_s = np.abs(times - np.median(times)).max()
    assert late_s <= PERIOD / RATE / 2 + 0.0005
