import mido
import pytest
from midi_bytes import midi, notes

from midigan.files.readers.drum_parts import DrumParts, may_have_drum_parts
from midigan.files.readers.joined import Joined
from midigan.files.readers.midi import read_midi


def gs(block, value):
    """Roland's "use for rhythm part" of a block: 0 for part 10, 1 to 9, A to F for 11 to 16."""
    body = [0x40, 0x10 | block, 0x15, value]
    return mido.Message("sysex", data=[0x41, 0x10, 0x42, 0x12, *body, -sum(body) % 128])


def xg_part(part, mode):
    return mido.Message("sysex", data=[0x43, 0x10, 0x4C, 0x08, part, 0x07, mode])


GS_RESET = mido.Message("sysex", data=[0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41])
GS_MODE = mido.Message("sysex", data=[0x41, 0x10, 0x42, 0x12, 0, 0, 0x7F, 0, 1])
XG_ON = mido.Message("sysex", data=[0x43, 0x10, 0x4C, 0, 0, 0x7E, 0])
GM_ON = mido.Message("sysex", data=[0x7E, 0x7F, 9, 1])
GM2_ON = mido.Message("sysex", data=[0x7E, 0x7F, 9, 3])


def bank(channel, number):
    """A bank select and the program change that puts it in force."""
    return [
        mido.Message("control_change", channel=channel, control=0, value=number),
        mido.Message("control_change", channel=channel, control=32, value=0),
        mido.Message("program_change", channel=channel, program=0),
    ]


def played(channels, count=2):
    """Some notes on each of some channels."""
    for channel in channels:
        for _ in range(count):
            yield mido.Message("note_on", channel=channel, note=40, velocity=90)
            yield mido.Message("note_off", channel=channel, note=40, time=120)


def drums_of(tmp_path, *messages, channels=(0, 9, 10)):
    """Those of the channels that play drums after these messages, by way of a file."""
    file = mido.MidiFile()
    # The conductor's track comes first, and the players' tracks follow.
    file.tracks.append(mido.MidiTrack(messages))
    file.tracks.append(mido.MidiTrack(played(channels)))
    file.save(tmp_path / "parts.mid")
    score = read_midi((tmp_path / "parts.mid").read_bytes(), channels=True)
    quick = read_midi((tmp_path / "parts.mid").read_bytes())
    assert sum(track.drum for track in quick.tracks) == sum(track.drum for track in score.tracks)
    return {track.channel for track in score.tracks if track.drum}


@pytest.mark.parametrize(
    ("messages", "drums"),
    [
        ([], {9}),
        ([GS_RESET, gs(1, 1)], {0, 9}),
        ([gs(0xA, 2)], {9, 10}),
        ([gs(0, 0)], set()),
        ([gs(0, 2)], {9}),
        ([gs(0, 0), gs(0, 1)], {9}),
        ([gs(1, 1), GS_RESET], {9}),
        ([gs(1, 1), GS_MODE], {9}),
        ([gs(1, 1), GM_ON], {9}),
        ([gs(1, 1), XG_ON], {9}),
        ([xg_part(0, 1)], {0, 9}),
        ([xg_part(10, 3), xg_part(10, 0)], {9}),
        ([xg_part(9, 0)], set()),
        ([*bank(0, 127)], {0, 9}),
        ([XG_ON, *bank(10, 126)], {9, 10}),
        ([XG_ON, *bank(0, 127), *bank(0, 0)], {9}),
        ([XG_ON, *bank(9, 0)], set()),
        ([*bank(9, 0)], {9}),
        ([XG_ON, xg_part(0, 1), *bank(0, 0)], {0, 9}),
        ([GM_ON, *bank(0, 127)], {9}),
        ([GS_RESET, *bank(0, 127)], {9}),
        ([GM2_ON, *bank(0, 120)], {0, 9}),
        ([GM2_ON, *bank(9, 121)], set()),
        ([*bank(0, 120)], {9}),
        ([bank(0, 127)[0]], {9}),
    ],
)
def test_which_channels_play_drums(tmp_path, messages, drums):
    assert drums_of(tmp_path, *messages) == drums


def test_a_track_that_turns_to_drums_is_divided(tmp_path):
    file = mido.MidiFile()
    later = [gs(1, 1).copy(time=240)]
    file.tracks.append(mido.MidiTrack(later))
    file.tracks.append(mido.MidiTrack(played([0], count=5)))
    file.save(tmp_path / "turn.mid")
    score = read_midi((tmp_path / "turn.mid").read_bytes())
    assert [track.drum for track in score.tracks] == [False, True]
    assert sorted(score.notes[["start", "source"]].tolist()) == [
        (0, 0),
        (120, 0),
        (240, 1),
        (360, 1),
        (480, 1),
    ]


def test_drums_count_from_the_last_change_of_a_tick():
    parts = DrumParts()
    parts.sysex(10, bytes(GM_ON.bytes()[1:]))
    parts.sysex(5, bytes(gs(2, 1).bytes()[1:]))
    parts.sysex(5, bytes(gs(2, 0).bytes()[1:]))
    parts.sysex(5, bytes(gs(2, 1).bytes()[1:]))
    parts.sysex(7, b"\x7d nobody's \xf7")
    assert parts.changes() == {1: ([0, 5, 5, 5, 10], [False, True, False, True, False])}


def test_other_files_are_not_read_carefully():
    plain = midi(notes(12), notes(12, channel=9))
    # A note of velocity 127 after one of pitch 0 is no bank.
    loud = midi(b"\0\x90\0\x7f\0\x90\x3c\x7f")
    told = midi(b"\0\xb2\x07\x64\0\x0a\x40\0\0\x7f\0\xc2\0" + notes(4))
    found = may_have_drum_parts(Joined.of([plain, told, loud, told]))
    assert found == [False, True, False, True]
