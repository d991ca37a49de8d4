import json

import numpy as np
import pytest

from midigan.errors import FormatError
from midigan.harmony.song_keys import SETS, SongKeys, heights_of
from midigan.layout import load_layout

BAND = load_layout("band")


def songs_in(sets, centres, spread=1.0, n=2000, seed=0):
    """Phrases in these diatonic sets, whose tracks lie around these pitches in any key."""
    rng = np.random.default_rng(seed)
    each = rng.choice(sets, n)
    return rng.normal(centres, spread, (n, len(centres))), each


def test_heights_are_means_of_what_sounds_and_drums_have_none():
    phrases = np.zeros((1, *BAND.shape), bool)
    phrases[0, :, 0, :3, 40] = True
    phrases[0, 1:3, 1, 5, 44] = True
    assert heights_of(phrases, BAND)[0] == pytest.approx(
        [np.nan, BAND.lowest_pitch + 41, BAND.lowest_pitch + 41, BAND.lowest_pitch + 40],
        nan_ok=True,
    )
    phrases[0, 3] = False
    assert np.isnan(heights_of(phrases, BAND)[0, 3])


def test_shares_and_heights_are_those_of_the_songs():
    heights, sets = songs_in([0, 7, 7, 7], [70.0, 48.0], spread=[1.0, 3.0])
    heights[::2, 1] = np.nan
    keys = SongKeys.measured(heights, sets)
    assert keys.shares[[0, 7]] == pytest.approx([0.25, 0.75], abs=0.03)
    assert keys.shares.sum() == pytest.approx(1)
    assert keys.mean == pytest.approx([70, 48], abs=0.2)
    assert np.diag(keys.covariance) == pytest.approx([1 + 1, 9 + 1], rel=0.1)


def test_music_goes_where_its_tracks_lie_as_those_of_songs():
    keys = SongKeys.measured(*songs_in([0, 2, 10], [70.0, 50.0]))
    for moved, wanted in ((0, 0), (-2, 2), (2, 10)):
        likely = keys.likelihoods(np.array([70.0, 50.0]) + moved, "C major")
        assert likely.argmax() == wanted
        assert likely.sum() == pytest.approx(1)
        assert not likely[[1, 3, 4, 5, 6, 7, 8, 9, 11]].any()


def test_keys_are_drawn_as_often_as_songs_have_them_where_height_says_nothing():
    keys = SongKeys.measured(*songs_in([0, 2, 2, 2], [60.0], spread=40.0))
    chance = np.random.default_rng(1)
    drawn = [keys.draw(np.array([60.0]), "A minor", chance) for _ in range(1000)]
    assert drawn.count(2) == pytest.approx(750, abs=50)
    silent = keys.likelihoods(np.array([np.nan]), "C major")
    assert silent == pytest.approx(keys.shares)


def test_music_of_songs_that_were_moved_to_one_key_finds_back():
    """Of all heights together, keys and where tracks lie come out as they were in the songs."""
    heights, sets = songs_in([0, 2, 5, 7, 10], [70.0, 65.0], spread=2.0)
    keys = SongKeys.measured(heights, sets)
    moves = (sets + 6) % 12 - 6
    chance = np.random.default_rng(2)
    back = np.array([keys.draw(own, "C major", chance) for own in heights - moves[:, None]])
    played = heights + (((back + 6) % 12 - 6) - moves)[:, None]
    assert np.bincount(back, minlength=SETS) / len(back) == pytest.approx(keys.shares, abs=0.04)
    assert played.mean(axis=0) == pytest.approx(heights.mean(axis=0), abs=0.2)
    assert played.std(axis=0) == pytest.approx(heights.std(axis=0), rel=0.1)
    assert (heights - moves[:, None]).std(axis=0).min() > 1.5 * heights.std(axis=0).max()


def test_a_track_that_no_song_has_says_nothing():
    heights, sets = songs_in([0, 2], [70.0])
    with_silence = np.column_stack([np.full(len(heights), np.nan), heights])
    one, two = (SongKeys.measured(h, sets) for h in (heights, with_silence))
    likely = two.likelihoods(np.array([40.0, 69.0]), "C major")
    assert likely == pytest.approx(one.likelihoods(np.array([69.0]), "C major"), abs=1e-3)


def test_plain_values_bring_it_back():
    keys = SongKeys.measured(*songs_in([0, 1, 2], [70.0, 50.0]))
    again = SongKeys.from_plain(json.loads(json.dumps(keys.to_plain())), 2)
    for before, after in zip(keys, again, strict=True):
        assert after == pytest.approx(before, abs=1e-4)


@pytest.mark.parametrize(
    "change",
    [
        {"shares": [1.0]},
        {"shares": [0.0] * SETS},
        {"shares": [2.0, -1.0] + [0.0] * 10},
        {"mean": [70.0]},
        {"mean": "high"},
        {"covariance": [[1.0, 2.0], [2.0, 1.0]]},
        {"covariance": [[1.0, float("nan")], [0.0, 1.0]]},
        {"covariance": None},
    ],
)
def test_damaged_values_are_refused(change):
    plain = SongKeys.measured(*songs_in([0, 1], [70.0, 50.0])).to_plain()
    with pytest.raises(FormatError, match="export it again"):
        SongKeys.from_plain({**plain, **change}, 2)
