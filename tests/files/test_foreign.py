import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from midi_bytes import midi, notes

from midigan.errors import NotMusicError, SourceError
from midigan.files.foreign import archive_in, foreign_by_name, foreign_in
from midigan.files.opening.read import read_scores
from midigan.files.readers.midi import read_midi

SONG = midi(notes(4))


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("song.mid", SONG)
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("song.mid")
        info.size = len(SONG)
        archive.addfile(info, io.BytesIO(SONG))
    return file.getvalue()


ARCHIVES = {
    "zip": zipped(),
    "tar": tarred(),
    "gzip": gzip.compress(SONG),
    "bzip2": bz2.compress(SONG),
    "xz": lzma.compress(SONG),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_are_not_read_even_where_songs_lie_open_in_them(kind):
    with pytest.raises(SourceError, match=rf"a {kind} archive \(unpack it first\)"):
        read_midi(ARCHIVES[kind])


def test_music_is_no_archive():
    assert archive_in(SONG) is None
    assert len(read_midi(b"junk before it" + SONG).notes) == 4


def test_other_programs_files_are_known_by_their_names(tmp_path):
    for name in ("b.ZIP", "song.mid", "tune", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "Suite.mscz").touch()
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "take.wav").touch()
    found = dict(foreign_in(tmp_path))
    assert found["Suite.mscz"] == "a file of MuseScore (export it there as MIDI or MusicXML)"
    assert found["b.ZIP"] == "an archive (unpack it first)"
    assert len(found) == 2
    assert not list(foreign_in(tmp_path / "song.mid"))


@pytest.mark.parametrize("suffix", [".mid", ".kar", ".musicxml", ".mxl", ".abc", ""])
def test_what_is_read_is_not_foreign(suffix):
    assert foreign_by_name("song" + suffix) is None


def test_whatever_a_file_is_called_music_in_it_is_read(tmp_path):
    (tmp_path / "song.wav").write_bytes(SONG)
    ((_, score),) = read_scores(tmp_path / "song.wav")
    assert len(score.notes) == 4
    (tmp_path / "song.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    with pytest.raises(NotMusicError, match=r"audio \(midigan reads notes"):
        list(read_scores(tmp_path / "song.wav"))
