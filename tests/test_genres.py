"""Genres: read off the names of songs, and blended by weights."""

import numpy as np
import pytest

from midigan.errors import MidiganError
from midigan.genres import (
    count_genres,
    find_genre,
    genre_of,
    in_words,
    labels_of,
    parse_blend,
    songs_each,
    weights_of,
)

NAMES = ["jazz/one", "jazz/ballads/two", "folk/three", "four"]


def test_the_first_folder_of_a_song_is_its_genre():
    assert [genre_of(name) for name in NAMES] == ["jazz", "jazz", "folk", ""]
    assert count_genres(NAMES) == {"": 1, "folk": 1, "jazz": 2}
    assert list(labels_of(NAMES, ["folk", "jazz"])) == [1, 1, 0, -1]
    assert songs_each(NAMES) == "(none) 1, folk 1, jazz 2"


@pytest.mark.parametrize(
    ("text", "blend"),
    [
        ("jazz", (("jazz", 1.0),)),
        ("jazz=0.6,folk=0.4", (("jazz", 0.6), ("folk", 0.4))),
        (" jazz = 3 , big band ", (("jazz", 3.0), ("big band", 1.0))),
        ("a=b=2", (("a=b", 2.0),)),
    ],
)
def test_a_blend_is_names_with_weights(text, blend):
    assert parse_blend(text) == blend


@pytest.mark.parametrize(
    "text", ["", "jazz=", "jazz=loud", "=1", "jazz=-1", "jazz=nan", "jazz=inf"]
)
def test_what_is_no_blend_is_told_how_to_write_one(text):
    with pytest.raises(MidiganError, match=r"write genres and weights, like jazz=0\.6"):
        parse_blend(text)


def test_a_blend_without_weight_is_refused():
    with pytest.raises(MidiganError, match="a weight above 0"):
        parse_blend("jazz=0,folk=0")
    with pytest.raises(MidiganError, match="a weight above 0: legal are folk, Jazz"):
        weights_of((("folk", 0.0),), ["folk", "Jazz"])


def test_weights_are_shares_in_the_order_of_the_generator():
    weights = weights_of((("jazz", 3.0), ("FOLK", 1.0)), ["folk", "classical", "Jazz"])
    assert weights.dtype == np.float32
    assert weights == pytest.approx([0.25, 0, 0.75])
    assert in_words((("jazz", 3.0), ("folk", 1.0))) == "jazz 75%, folk 25%"


def test_an_unknown_genre_is_told_which_there_are():
    assert find_genre(" jazz ", ["folk", "Jazz"]) == "Jazz"
    with pytest.raises(MidiganError, match="no genre 'rock': legal are folk, Jazz"):
        find_genre("rock", ["folk", "Jazz"])
    with pytest.raises(MidiganError, match="has no genres"):
        find_genre("rock", [])
