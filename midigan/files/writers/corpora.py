"""The corpora: which of music21's scores belong to each, and on what terms they came.

music21 installs its corpus of encoded scores beside its code. This module finds files in
it and counts their parts without parsing them; `corpus` turns them into MIDI files.
"""

from __future__ import annotations

import importlib.util
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from midigan.errors import MidiganError


@dataclass(frozen=True)
class Corpus:
    """One corpus: some of music21's files, all with as many parts as `voices` names.

    globs: where the files lie in music21's corpus folder.
    pieces: how many MIDI files come of them, measured with music21 10.5.
    voices: track names from the highest part down; `programs` General MIDI, 0..127.
    tempo_bpm: quarter notes a minute where a score gives no tempo.
    source, terms: who encoded the scores, and under what conditions they may be used.
    """

    name: str
    what: str
    pieces: int
    globs: tuple[str, ...]
    voices: tuple[str, ...]
    programs: tuple[int, ...]
    tempo_bpm: float
    source: str
    terms: str


_CHOIR = 52
_SATB = ("Soprano", "Alto", "Tenor", "Bass")
_ONE_COMPOSER = ("bach", "monteverdi", "palestrina")  # alone in their corpus
_STRINGS = ("Violin I", "Violin II", "Viola", "Violoncello")

CORPORA = {
    corpus.name: corpus
    for corpus in (
        Corpus(
            "chorales",
            "J. S. Bach, chorales in four parts",
            367,
            ("bach/bwv*.mxl", "bach/bwv*.xml", "bach/bwv*.krn"),
            _SATB,
            (_CHOIR,) * 4,
            80,
            "music21's corpus, bach/: MusicXML; BWV 277, 281 and 366 from CCARH's Humdrum files",
            "the MusicXML files state none; the three Humdrum files: copyright 1994 CCARH, rights "
            "to derivative electronic formats reserved",
        ),
        Corpus(
            "quartets",
            "Haydn, Mozart and Beethoven, movements of string quartets",
            62,
            ("haydn/**/*.mxl", "mozart/**/*.mxl", "beethoven/**/*.mxl"),
            _STRINGS,
            (40, 40, 41, 42),
            100,
            "music21's corpus, haydn/, mozart/ and beethoven/: MusicXML",
            "the files state none",
        ),
        Corpus(
            "palestrina",
            "G. P. da Palestrina, mass movements in four parts",
            494,
            ("palestrina/*.krn",),
            _SATB,
            (_CHOIR,) * 4,
            140,
            "music21's corpus, palestrina/: Humdrum, encoded by John Miller, converted by "
            "Bret Aarden",
            "copyright 2000 John Miller, rights to derivative electronic formats reserved",
        ),
        Corpus(
            "monteverdi",
            "C. Monteverdi, madrigals in five parts",
            41,
            ("monteverdi/*.mxl",),
            ("Canto", "Quinto", "Alto", "Tenore", "Basso"),
            (_CHOIR,) * 5,
            120,
            "music21's corpus, monteverdi/: MusicXML; books 3 to 5",
            "most files state none; madrigals 5.4 and 5.5: copyright 2003 Ut Orpheus Edizioni",
        ),
    )
}

#: Scores that hold several movements, by piece name: the measure that each movement begins
#: with, counted from 0.
MOVEMENTS = {
    "beethoven-opus132": (0, 264, 510, 722, 768),
    "beethoven-opus18no3": (0, 271, 422, 594),
    "beethoven-opus18no4": (0, 221, 482, 583),
    "beethoven-opus18no5": (0, 228, 337, 489),
    "beethoven-opus74": (0, 262, 431, 904),
}


def find_corpus(name: str) -> Corpus:
    """The corpus of that name. Raises MidiganError with the names that there are."""
    if name not in CORPORA:
        raise MidiganError(f"no corpus {name!r}: name one of {', '.join(CORPORA)}")
    return CORPORA[name]


def corpus_folder() -> Path:
    """Where music21 keeps its corpus. Raises MidiganError if it was installed without one."""
    # Looked for rather than imported: music21 takes seconds to load.
    spec = importlib.util.find_spec("music21")
    if spec is None or spec.origin is None:
        raise MidiganError("music21 is not installed: 'pip install music21'")
    folder = Path(spec.origin).parent / "corpus"
    if not (folder / "bach").is_dir():
        raise MidiganError(
            "this music21 comes without its corpus: install it from PyPI with 'pip install music21'"
        )
    return folder


def corpus_files(corpus: Corpus, folder: Path) -> dict[str, Path]:
    """The scores of a corpus that have the right number of parts, by piece name, sorted.

    folder: music21's corpus folder, see `corpus_folder`.
    """
    found = {
        piece_name(path.relative_to(folder)): path
        for pattern in corpus.globs
        for path in folder.glob(pattern)
        if count_parts(path) == len(corpus.voices)
    }
    return dict(sorted(found.items()))


def piece_name(path: Path) -> str:
    """A piece's name from its path in the corpus: `bwv10.7`, or `mozart-k155-movement1`.

    A `.krn` stays in the name: music21 has some pieces in two encodings.
    """
    stem = path.stem if path.suffix in (".mxl", ".xml") else path.name
    composer, *work = path.parts[:-1]
    return stem if composer in _ONE_COMPOSER else "-".join((composer, *work, stem))


def count_parts(path: Path) -> int:
    """Number of parts of a MusicXML (plain or compressed) or Humdrum score, without parsing.

    0 if the file cannot be read.
    """
    try:
        if path.suffix == ".krn":
            spines = re.search(rb"^\*\*.*$", path.read_bytes(), re.MULTILINE)
            return spines[0].count(b"**kern") if spines else 0
        return len(re.findall(r"<score-part\s", _musicxml(path)))
    except (OSError, zipfile.BadZipFile):
        return 0


def _musicxml(path: Path) -> str:
    if path.suffix == ".mxl":
        with zipfile.ZipFile(path) as box:
            scores = [
                name
                for name in box.namelist()
                if name.endswith((".xml", ".musicxml")) and not name.startswith("META-INF/")
            ]
            data = box.read(scores[0]) if scores else b""
    else:
        data = path.read_bytes()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8", errors="replace")
