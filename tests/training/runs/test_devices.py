"""Where training runs, and how precisely: what is there is taken, what is not is refused."""

import pytest
import torch

from midigan.errors import MidiganError
from midigan.training.networks.level import place_of
from midigan.training.runs.devices import choose_device, choose_precision

CPU = torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_refused():
    assert choose_device("auto") == CPU
    with pytest.raises(MidiganError, match="use --device cpu"):
        choose_device("cuda")


@pytest.mark.parametrize("fast", [True, False])
def test_only_gpus_that_have_bfloat16_take_it_by_themselves(monkeypatch, fast):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: fast)
    gpu = torch.device("cuda")
    assert choose_precision("auto", gpu) == (torch.bfloat16 if fast else torch.float32)
    assert choose_precision("auto", CPU) == torch.float32
    assert choose_precision("bfloat16", CPU) == torch.bfloat16
    assert choose_precision("float32", gpu) == torch.float32


def test_places_of_pitches_are_exact_in_bfloat16():
    cells = torch.eye(84)
    with torch.autocast("cpu", torch.bfloat16):
        assert place_of(cells).tolist() == list(range(84))
