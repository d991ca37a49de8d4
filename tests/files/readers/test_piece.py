"""Scores to MIDI, compared with what music21 itself says of the same scores."""

from fractions import Fraction

import mido
import pytest

from midigan.errors import SourceError
from midigan.files.readers.piece import read_movements, read_piece
from midigan.files.readers.voice import VoiceNote, without_overlaps
from midigan.files.writers.corpora import corpus_folder, find_corpus
from midigan.files.writers.piece_midi import PPQN, write_piece

#: A pickup and bars split by repeats; a change of meter; tied notes and grace notes; a bar
#: of ten beats; ties from Humdrum.
SCORES = ("bwv101.7.mxl", "bwv362.mxl", "bwv299.mxl", "bwv324.mxl", "bwv281.krn")


def written(folder, name):
    chorales = find_corpus("chorales")
    piece = read_piece(corpus_folder() / "bach" / name, name)
    path = folder / "piece.mid"
    write_piece(piece, path, chorales.voices, chorales.programs, chorales.tempo_bpm)
    return mido.MidiFile(path)


def timed(track):
    now = 0
    for message in track:
        now += message.time
        yield Fraction(now, PPQN), message


def notes_of(track):
    sounding, notes = {}, []
    for time, message in timed(track):
        if message.type == "note_on":
            assert message.note not in sounding
            sounding[message.note] = time
        elif message.type == "note_off":
            start = sounding.pop(message.note)
            notes.append((start, time - start, message.note))
    assert not sounding
    return sorted(notes)


def meters_of(file):
    return [
        (float(time), message.numerator, message.denominator)
        for time, message in timed(file.tracks[0])
        if message.type == "time_signature"
    ]


@pytest.mark.parametrize("name", SCORES)
def test_the_notes_are_those_of_the_score(name, tmp_path):
    from music21 import converter

    file = written(tmp_path, name)
    score = converter.parse(corpus_folder() / "bach" / name, forceSource=True)
    first = score.parts[0].getElementsByClass("Measure")[0]
    silence = Fraction(first.barDuration.quarterLength) - Fraction(first.quarterLength)
    for part, track in zip(score.parts, file.tracks[1:], strict=True):
        expected = sorted(
            (silence + Fraction(n.offset), Fraction(n.quarterLength), n.pitch.midi)
            for n in part.stripTies().flatten().notes
            if not n.duration.isGrace
        )
        assert notes_of(track) == expected


def test_each_voice_has_a_named_track_with_its_program(tmp_path):
    file = written(tmp_path, "bwv101.7.mxl")
    assert file.type == 1
    assert [track.name for track in file.tracks[1:]] == ["Soprano", "Alto", "Tenor", "Bass"]
    heads = [next(m for m in track if m.type == "program_change") for track in file.tracks[1:]]
    assert [(head.channel, head.program) for head in heads] == [(i, 52) for i in range(4)]
    tempos = [m.tempo for m in file.tracks[0] if m.type == "set_tempo"]
    assert tempos == [mido.bpm2tempo(80)]


def test_a_pickup_ends_the_first_bar_and_split_bars_are_whole(tmp_path):
    file = written(tmp_path, "bwv101.7.mxl")
    assert meters_of(file) == [(0, 4, 4)]
    assert notes_of(file.tracks[1])[0][0] == 3
    ends = {sum(message.time for message in track) for track in file.tracks}
    (end,) = ends
    assert end % (4 * PPQN) == 0


def test_changes_of_meter_keep_bar_lines_right(tmp_path):
    assert meters_of(written(tmp_path, "bwv362.mxl")) == [(0, 4, 4), (64, 3, 4)]
    assert meters_of(written(tmp_path, "bwv324.mxl")) == [(0, 4, 4), (32, 2, 4), (34, 4, 4)]


def test_parts_stay_together_where_one_has_a_measure_of_the_wrong_length(tmp_path):
    """Trills of this movement fill a violin's measures with five beats of four."""
    piece = read_piece(corpus_folder() / "haydn" / "opus1no1" / "movement3.mxl", "haydn")
    assert [float(voice[-1].start) for voice in piece.voices] == [166] * 4


def test_movements_share_out_what_the_whole_score_has():
    source = corpus_folder() / "haydn" / "opus1no1" / "movement3.mxl"
    whole = read_piece(source, "haydn")
    first, second = read_movements(source, "haydn", (0, 20))
    assert (first.name, second.name) == ("haydn-movement1", "haydn-movement2")
    # The 20th measure's last bar line is at quarter note 80: nothing is tied across it.
    for voice, begun, ended in zip(whole.voices, first.voices, second.voices, strict=True):
        later = tuple(
            note._replace(start=note.start + first.bars.end, end=note.end + first.bars.end)
            for note in ended
        )
        assert begun + later == voice


def test_overlaps_of_a_pitch_are_cut_and_unisons_merged():
    def note(start, end, pitch=60):
        return VoiceNote(Fraction(start), Fraction(end), pitch)

    assert without_overlaps([note(0, 2), note(1, 3), note(1, 2), note(0, 4, 64)]) == (
        note(0, 1),
        note(0, 4, 64),
        note(1, 3),
    )


def test_what_is_no_score_is_refused_in_one_line(tmp_path):
    path = tmp_path / "broken.mxl"
    path.write_text("no score")
    with pytest.raises(SourceError, match="broken: music21 cannot read it"):
        read_piece(path, "broken")
