"""The table of a run's course: appended to, and cut back to what was saved."""

import pytest

from midigan.errors import MidiganError
from midigan.training.runs.metrics_log import MetricsLog


@pytest.fixture
def log(tmp_path):
    return MetricsLog(tmp_path / "metrics.csv")


def steps(log):
    head, *rows = log.path.read_text("utf-8").splitlines()
    assert head.startswith("step,epoch,seconds,")
    return [int(row.split(",")[0]) for row in rows]


def test_the_names_of_its_columns_stand_once_above_its_rows(log):
    for step in (1, 2, 3):
        log.add({"step": step, "rate": 0.5})
    assert steps(log) == [1, 2, 3]


def test_what_a_killed_run_had_not_saved_is_forgotten(log):
    log.forget_after(2)
    assert not log.path.exists()
    for step in (1, 2, 3, 4):
        log.add({"step": step})
    log.forget_after(2)
    log.add({"step": 3, "quality": 0.7})
    assert steps(log) == [1, 2, 3]
    assert log.path.read_text("utf-8").endswith("0.7\n")


def test_where_it_cannot_be_written_it_says_so(log):
    log.path.mkdir()
    with pytest.raises(MidiganError, match=r"cannot write .*metrics\.csv"):
        log.add({"step": 1})
