import json

import pytest

from midigan.errors import FormatError
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout

BAND = load_layout("band")


def test_info_survives_json():
    info = GeneratorInfo(
        BAND,
        key="D major",
        tempo_bpm=88.5,
        restrike=((0.5, 0.25),),
        velocity=((80.0, 90.0),),
        genres=("folk", "jazz"),
        training={"songs": 12},
        held_out_songs=("a", "b"),
        licence="CC0",
        version="1.2.3",
    )
    assert GeneratorInfo.from_json(info.to_json()) == info


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": "x"}'])
def test_damaged_info_is_refused(text):
    with pytest.raises(FormatError, match="damaged"):
        GeneratorInfo.from_json(text)


def test_info_of_a_newer_midigan_is_refused():
    with pytest.raises(FormatError, match="newer"):
        GeneratorInfo.from_json(json.dumps({"format": 99}))


def test_a_description_without_genres_is_what_it_was():
    assert "genre_shares" not in GeneratorInfo(BAND).to_json()
    shares = GeneratorInfo(BAND, genres=("a", "b"), genre_shares=(0.5, 0.5))
    assert GeneratorInfo.from_json(shares.to_json()) == shares
