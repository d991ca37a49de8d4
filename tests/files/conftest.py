"""What tests of files share."""

import numpy as np
import pytest
from songs import separate_overlaps

from midigan.files.writers.write import write_midi
from midigan.layout import load_layout
from midigan.song import NOTE, Song


@pytest.fixture
def folders(tmp_path):
    """Three chorales and three band files."""
    for name, layout in (("choir", load_layout("satb")), ("band", load_layout("band"))):
        for number in range(3):
            high = 70 + number
            rows = [(i * 4, 4, track, high - 8 * track, 80) for i in range(8) for track in range(4)]
            song = Song(
                f"{number}", separate_overlaps(np.array(rows, NOTE)), np.full(2, 16, np.uint16)
            )
            write_midi(song, layout, tmp_path / name / f"{number}.mid")
    return tmp_path
