import json

import numpy as np
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.errors import MidiganError
from midigan.evaluation.report import duplicate_share, evaluate, sample
from midigan.generator import Generator
from midigan.layout import load_layout
from midigan.notes import phrases_to_notes
from midigan.phrase_set import PhraseSet
from midigan.song import Song


@pytest.fixture
def generator(tiny_generator):
    return Generator.load(tiny_generator)


def set_of(phrases, layout, songs=4):
    """The phrases as songs of equal length."""
    parts = np.array_split(phrases, songs)
    return PhraseSet.from_songs(
        [
            Song(
                str(i),
                phrases_to_notes(part, layout, joined=True),
                np.full(2 * len(part), 16, np.uint16),
            )
            for i, part in enumerate(parts)
        ],
        layout,
        hop=2,
    )


def test_a_generator_is_most_like_its_own_phrases(generator):
    own = set_of(sample(generator, 80, seed=1), generator.layout)
    low = np.zeros((80, *generator.layout.shape), bool)
    low[:, :, :, ::2, 3] = True
    other = set_of(low, generator.layout)
    alike = evaluate(generator, own, n=80)
    unlike = evaluate(generator, other, n=80)
    assert alike.generated.mean_overlap > 0.7 > unlike.generated.mean_overlap
    assert alike.reference_phrases == 80
    assert alike.duplicates == 0


def test_the_ceiling_is_the_training_music_where_it_is_given(generator):
    own = set_of(sample(generator, 40, seed=1), generator.layout)
    assert evaluate(generator, own, training=own, n=10).ceiling.mean_overlap == pytest.approx(1)


def test_duplicates_are_counted_from_the_second_on():
    phrases = np.zeros((4, 1, 1, 4, 4), bool)
    phrases[1, 0, 0, 0, 0] = True
    assert duplicate_share(phrases) == 0.5


def test_a_reference_of_another_shape_or_of_one_song_is_refused(generator):
    phrases = sample(generator, 8, seed=1)
    with pytest.raises(MidiganError, match="one song"):
        evaluate(generator, set_of(phrases, generator.layout, songs=1), n=4)
    short = load_layout("satb").from_dict({**generator.layout.to_dict(), "bars": 1})
    with pytest.raises(MidiganError, match="layout"):
        evaluate(generator, set_of(phrases[:, :, :1], short), n=4)


def test_the_command_prints_a_table_or_json(generator, tmp_path):
    path = tmp_path / "own.npz"
    set_of(sample(generator, 40, seed=1), generator.layout).save(path)
    args = ["evaluate", str(generator.path), "--reference", str(path), "-n", "40"]
    table = CliRunner().invoke(cli, args)
    assert table.exit_code == 0, table.output
    assert "mean overlapping area" in table.output
    found = json.loads(CliRunner().invoke(cli, [*args, "--json"]).output)
    assert 0 < found["mean_overlap"] <= 1
    assert "stepwise" in found["metrics"]
