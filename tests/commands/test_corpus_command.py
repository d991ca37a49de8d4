import json

import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.files.writers import corpora, corpus


@pytest.fixture
def one_score(monkeypatch):
    bach = corpora.corpus_folder() / "bach"
    monkeypatch.setattr(corpus, "corpus_files", lambda *_: {"bwv10.7": bach / "bwv10.7.mxl"})


def run(*args):
    return CliRunner().invoke(cli, ["corpus", *map(str, args)])


def test_the_list_gives_counts_sources_and_terms():
    result = run()
    assert result.exit_code == 0
    for name in corpora.CORPORA:
        assert name in result.output
    assert "John Miller" in result.output
    rows = json.loads(run("--json").output)
    assert [row["name"] for row in rows] == list(corpora.CORPORA)
    assert all(row["pieces"] > 0 and row["source"] and row["terms"] for row in rows)


def test_a_corpus_becomes_a_folder_of_midi_files(one_score, tmp_path):
    result = run("chorales", "-o", tmp_path / "c", "--jobs", 1)
    assert result.exit_code == 0
    assert "1 pieces" not in result.output
    assert "1 piece" in result.output
    assert (tmp_path / "c" / "bwv10.7.mid").is_file()


def test_what_was_written_can_be_had_as_json(one_score, tmp_path):
    result = run("chorales", "-o", tmp_path / "c", "--jobs", 1, "--json")
    assert json.loads(result.output) == {
        "written": [str(tmp_path / "c" / "bwv10.7.mid")],
        "duplicates": {},
        "failed": {},
    }


def test_nothing_written_is_a_failure(monkeypatch, tmp_path):
    broken = tmp_path / "broken.mxl"
    broken.write_text("no score")
    monkeypatch.setattr(corpus, "corpus_files", lambda *_: {"broken": broken})
    result = run("chorales", "-o", tmp_path / "c", "--jobs", 1)
    assert result.exit_code == 1
    assert "skipped broken" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("midigan: no piece of chorales")


def test_an_unknown_corpus_is_one_line(tmp_path):
    result = run("nope")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
