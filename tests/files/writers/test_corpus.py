from pathlib import Path

import pytest

from midigan.errors import MidiganError
from midigan.files.writers import corpora, corpus


def test_each_corpus_has_files_of_its_own():
    folder = corpora.corpus_folder()
    counts = {
        name: len(corpora.corpus_files(corpora.CORPORA[name], folder))
        for name in ("chorales", "quartets")
    }
    assert counts == {"chorales": 368, "quartets": 46}


def test_parts_are_counted_without_parsing(tmp_path):
    folder = corpora.corpus_folder()
    assert corpora.count_parts(folder / "bach" / "bwv281.krn") == 4
    assert corpora.count_parts(folder / "bach" / "bwv1.6.mxl") == 5
    # A box whose score is neither the first file in it nor called .xml.
    assert corpora.count_parts(folder / "bach" / "bwv113.8.mxl") == 4
    (tmp_path / "broken.mxl").write_bytes(b"PK nonsense")
    assert corpora.count_parts(tmp_path / "broken.mxl") == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("bach/bwv10.7.mxl", "bwv10.7"),
        ("bach/bwv281.krn", "bwv281.krn"),
        ("mozart/k155/movement1.mxl", "mozart-k155-movement1"),
        ("beethoven/opus74.mxl", "beethoven-opus74"),
    ],
)
def test_pieces_are_called_as_music21_calls_them(path, name):
    assert corpora.piece_name(Path(path)) == name


def test_an_unknown_corpus_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(MidiganError, match=r"'nope': name one of chorales, quartets"):
        corpus.write_corpus("nope", tmp_path)


def test_movements_begin_where_music21s_scores_of_several_have_new_meters():
    folder = corpora.corpus_folder()
    files = corpora.corpus_files(corpora.CORPORA["quartets"], folder)
    assert files.keys() >= corpora.MOVEMENTS.keys()
    whole = len(files) - len(corpora.MOVEMENTS)
    parts = sum(len(starts) for starts in corpora.MOVEMENTS.values())
    assert corpora.CORPORA["quartets"].pieces == whole + parts


@pytest.fixture
def few_scores(monkeypatch, tmp_path):
    """The corpus `chorales` made of two scores that are equal and one that is broken."""
    bach = corpora.corpus_folder() / "bach"
    broken = tmp_path / "broken.mxl"
    broken.write_text("no score")
    files = {"a": broken, "bwv197.7-a": bach / "bwv197.7-a.mxl", "bwv398": bach / "bwv398.mxl"}
    monkeypatch.setattr(corpus, "corpus_files", lambda *_: files)


@pytest.mark.parametrize("jobs", [1, 2])
def test_duplicates_and_broken_scores_are_left_out_and_named(few_scores, tmp_path, jobs):
    calls = []
    report = corpus.write_corpus(
        "chorales", tmp_path / "c", jobs=jobs, progress=lambda *call: calls.append(call)
    )
    assert report.written == (tmp_path / "c" / "bwv197.7-a.mid",)
    assert report.duplicates == (("bwv398", "bwv197.7-a"),)
    ((name, reason),) = report.failed
    assert name == "a"
    assert "music21 cannot read it" in reason
    assert calls == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["bwv197.7-a.mid"]


def test_a_score_of_two_movements_becomes_two_pieces(monkeypatch, tmp_path):
    source = corpora.corpus_folder() / "haydn" / "opus1no1" / "movement3.mxl"
    monkeypatch.setattr(corpus, "corpus_files", lambda *_: {"haydn": source})
    monkeypatch.setattr(corpus, "MOVEMENTS", {"haydn": (0, 20)})
    written = corpus.write_corpus("quartets", tmp_path).written
    assert [path.name for path in written] == ["haydn-movement1.mid", "haydn-movement2.mid"]
