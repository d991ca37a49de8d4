import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from midi_bytes import midi, notes

from midigan.errors import SourceError
from midigan.files.archives import archive_in, archives_among
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
    with pytest.raises(SourceError, match=f"a {kind} archive: unpack it first"):
        read_midi(ARCHIVES[kind])


def test_music_is_no_archive():
    assert archive_in(SONG) is None
    assert len(read_midi(b"junk before it" + SONG).notes) == 4


def test_archives_in_folders_are_found_by_their_names(tmp_path):
    for name in ("b.ZIP", "a.tar.gz", "song.mid", "notes.txt"):
        (tmp_path / name).touch()
    assert archives_among([tmp_path, tmp_path / "song.mid", "missing"]) == ["a.tar.gz", "b.ZIP"]
