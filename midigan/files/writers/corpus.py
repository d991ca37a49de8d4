"""Write a corpus of music21 as clean MIDI files: one track a voice, bar lines right."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from midigan.errors import SourceError
from midigan.files.readers.piece import Piece, read_movements, read_piece
from midigan.files.writers.corpora import MOVEMENTS, corpus_files, corpus_folder, find_corpus
from midigan.files.writers.piece_midi import write_piece

#: Called with (scores done, scores in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CorpusReport:
    """What became of a corpus.

    written: the MIDI files, in the order of their names.
    duplicates: (piece, the earlier piece that has the same notes in every voice); not written.
    failed: (piece, reason); not written.
    """

    written: tuple[Path, ...]
    duplicates: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]


def write_corpus(
    name: str, folder: Path, *, jobs: int = 1, progress: Progress = lambda done, total: None
) -> CorpusReport:
    """Write every piece of the corpus `name` to `folder`, as `PIECE.mid`.

    A score of several movements becomes as many pieces.

    jobs: how many processes parse. Files of the same names are replaced, each at once.
    Raises MidiganError if there is no such corpus or a file cannot be written.
    """
    corpus = find_corpus(name)
    files = corpus_files(corpus, corpus_folder())
    written: list[Path] = []
    duplicates: list[tuple[str, str]] = []
    failed: list[tuple[str, str]] = []
    first_with: dict[object, str] = {}
    progress(0, len(files))
    with closing(_read_all(files, jobs)) as scores:
        for done, (stem, found) in enumerate(zip(files, scores, strict=True), 1):
            if isinstance(found, str):
                failed.append((stem, found))
            for piece in found if isinstance(found, list) else ():
                if len(piece.voices) != len(corpus.voices):
                    failed.append((piece.name, f"music21 reads {len(piece.voices)} voices"))
                elif (same := first_with.setdefault(piece.voices, piece.name)) != piece.name:
                    duplicates.append((piece.name, same))
                else:
                    target = folder / f"{piece.name}.mid"
                    write_piece(piece, target, corpus.voices, corpus.programs, corpus.tempo_bpm)
                    written.append(target)
            progress(done, len(files))
    return CorpusReport(tuple(written), tuple(duplicates), tuple(failed))


def _read_all(files: dict[str, Path], jobs: int) -> Generator[list[Piece] | str, None, None]:
    """The pieces of each score; a string says why it could not be read."""
    if jobs <= 1:
        yield from map(_read, files.values(), files)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A fresh process inherits no threads, such as the one that draws the progress bar.
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_ctrl_c_to_parent
    )
    try:
        yield from pool.map(_read, files.values(), files)
    finally:
        pool.shutdown(cancel_futures=True)


def _read(path: Path, name: str) -> list[Piece] | str:
    try:
        if name in MOVEMENTS:
            return read_movements(path, name, MOVEMENTS[name])
        return [read_piece(path, name)]
    except SourceError as error:
        return str(error)


def _leave_ctrl_c_to_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
