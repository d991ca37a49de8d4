import numpy as np
import pytest

from midigan.errors import FormatError
from midigan.files.dense import load_dense, save_dense


@pytest.fixture
def phrases():
    return np.random.default_rng(0).random((300, 4, 2, 16, 84)) < 0.02


def test_what_is_saved_is_minus_one_and_one_and_comes_back(tmp_path, phrases):
    save_dense(phrases, tmp_path / "p.npy")
    found = np.load(tmp_path / "p.npy", allow_pickle=False)
    assert found.dtype == np.int8
    assert np.array_equal(found, np.where(phrases, 1, -1))
    assert np.array_equal(load_dense(tmp_path / "p.npy"), phrases)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.float32, np.float64])
def test_other_peoples_arrays_are_read(tmp_path, phrases, dtype):
    np.save(tmp_path / "p.npy", phrases[:5].astype(dtype))
    assert np.array_equal(load_dense(tmp_path / "p.npy"), phrases[:5])


def test_a_single_phrase_is_read_as_one(tmp_path, phrases):
    np.save(tmp_path / "p.npy", np.where(phrases[7], 1.0, -1.0))
    assert np.array_equal(load_dense(tmp_path / "p.npy"), phrases[7:8])


@pytest.mark.parametrize("array", [np.zeros((2, 3)), np.zeros((1, 4, 2, 16, 84), complex)])
def test_other_arrays_are_refused(tmp_path, array):
    np.save(tmp_path / "p.npy", array)
    with pytest.raises(FormatError, match="legal are numbers of shape"):
        load_dense(tmp_path / "p.npy")


def test_what_is_no_array_is_refused(tmp_path):
    (tmp_path / "p.npy").write_bytes(b"nonsense")
    with pytest.raises(FormatError, match="not an array"):
        load_dense(tmp_path / "p.npy")
    np.save(tmp_path / "o.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(FormatError, match="not an array"):
        load_dense(tmp_path / "o.npy")
    with pytest.raises(FormatError, match="no file"):
        load_dense(tmp_path / "missing.npy")


def test_a_header_that_breaks_off_inside_a_bracket_is_damage(tmp_path, phrases):
    file = tmp_path / "p.npy"
    save_dense(phrases[:1], file)
    file.write_bytes(file.read_bytes().replace(b"}", b" ", 1))
    with pytest.raises(FormatError, match="damaged"):
        load_dense(file)


def test_a_header_that_claims_more_than_there_is_memory_is_damage(tmp_path):
    file = tmp_path / "p.npy"
    shape = (10**9, 4, 2, 16, 84)
    with file.open("wb") as beside:
        header = {"descr": "|i1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(beside, header)
    with pytest.raises(FormatError, match="damaged"):
        load_dense(file)
