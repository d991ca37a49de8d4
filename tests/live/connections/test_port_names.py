import sys

import pytest

from midigan.errors import PortError
from midigan.live.connections import port_names
from midigan.live.connections.advice import advice
from midigan.live.connections.port_names import Listing, choose_port, match_port

NAMES = ["IAC Driver Bus 1", "IAC Driver Bus 10", "fs:midi_00", "FLUID Synth (88):Synth input"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("IAC Driver Bus 1", ["IAC Driver Bus 1"]),
        ("iac driver bus 1", ["IAC Driver Bus 1"]),
        ("IAC Bus", ["IAC Driver Bus 1", "IAC Driver Bus 10"]),
        ("bus 1 iac", ["IAC Driver Bus 1"]),
        ("10", ["IAC Driver Bus 10"]),
        ("fluid", ["FLUID Synth (88):Synth input"]),
        ("flu", ["FLUID Synth (88):Synth input"]),
        ("fs", ["fs:midi_00"]),
        ("fs midi", ["fs:midi_00"]),
        ("s:mid", ["fs:midi_00"]),
        ("organ", []),
        ("iac organ", []),
        ("", []),
        ("  ", []),
    ],
)
def test_names_match_by_words_and_case(wanted, found):
    assert match_port(wanted, NAMES) == found


def test_a_full_name_at_alsa_is_known_by_other_numbers_too():
    names = ["Synth:in 128:0", "Synth:in 129:0", "Synth:in two 130:0"]
    assert match_port("Synth:in 129:0", names) == ["Synth:in 129:0"]
    assert match_port("Synth:in two 131:0", names) == ["Synth:in two 130:0"]
    assert match_port("Synth:in 131:0", names) == names[:2]
    assert match_port("Synth:i 131:0", names) == []


def test_the_choice_is_made_among_all_backends():
    listings = [Listing("alsa", [], NAMES, ""), Listing("jack", [], ["iac"], "")]
    assert choose_port("iac", listings) == ("jack", "iac")
    assert choose_port("FS", listings) == ("alsa", "fs:midi_00")


def test_a_name_that_nothing_has_is_refused_with_the_names_there_are():
    with pytest.raises(PortError) as caught:
        choose_port("organ", [Listing("jack", [], NAMES, "")])
    assert all(repr(name) in str(caught.value) for name in ["organ", *NAMES])


def test_no_ports_at_all_points_to_the_command_that_helps():
    with pytest.raises(PortError, match="midigan ports"):
        choose_port("organ", [Listing("jack", [], [], "does not answer")])


def test_a_name_that_means_several_is_refused_with_the_choice():
    twice = [Listing("alsa", [], NAMES, ""), Listing("jack", [], ["fs:midi_00"], "")]
    for wanted, first, second in (
        ("iac bus", "'IAC Driver Bus 1' (alsa)", "'IAC Driver Bus 10' (alsa)"),
        ("fs:midi_00", "'fs:midi_00' (alsa)", "'fs:midi_00' (jack)"),
    ):
        with pytest.raises(PortError) as caught:
            choose_port(wanted, twice)
        assert first in str(caught.value)
        assert second in str(caught.value)


def test_without_rtmidi_the_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(PortError, match="pip install python-rtmidi"):
        port_names.list_ports()


def test_an_unknown_backend_is_refused_with_those_there_are():
    pytest.importorskip("rtmidi")
    with pytest.raises(PortError, match="legal are"):
        port_names.list_ports("nonsense")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd14"])
def test_every_system_has_advice(platform):
    lines = advice(platform=platform)
    assert lines
    assert all(line.endswith((".", "'.")) for line in lines)


def test_a_service_that_answers_needs_no_advice():
    lines = " ".join(advice(["jack"], "linux"))
    assert "snd-seq" in lines
    assert "jackd" not in lines
    assert "--virtual" in lines
