from pathlib import Path

import pytest

from midigan.errors import FormatError, PortError
from midigan.live.composing.composing_time import ComposingTime
from midigan.live.connections.advice import advice
from midigan.live.connections.port_names import Listing
from midigan.live.doctor.checkup import Daw, Probes, examine
from midigan.live.doctor.remedies import remedies
from midigan.live.doctor.wakeups import Wakeups

ALSA = Listing("alsa", ["keys"], ["Synth"], "")
IAC = Listing("coremidi", [], ["IAC Driver Bus 1"], "")
DEAD = Listing("alsa", [], [], "does not answer (no /dev/snd/seq)")
JACK = Listing("jack", [], [], "")
FINE = ComposingTime("chorales", 0.3, 80.0, 6.0, 16, 12.0, 20.0, 32)
PUNCTUAL = [Wakeups("ordinary", 0.05, 0.9, 2.0), Wakeups("real-time", 0.001, 0.01, 0.04)]
REFUSED = [PUNCTUAL[0], Wakeups("normal priority", 0.04, 1.0, 2.0)]


def checkup(ports=(ALSA, JACK), wakeups=PUNCTUAL, composing=FINE, daws=(), **changed):
    """A system where all is well, but for what is said; an exception is what a probe raises."""

    def probe(answer):
        def answered(*_):
            if isinstance(answer, Exception):
                raise answer
            return answer

        return answered

    installed = changed.pop("installed", ("aalink", "jack"))
    values = {
        "ports": probe(ports if isinstance(ports, Exception) else list(ports)),
        "virtual": lambda backend: backend == "jack",
        "wakeups": probe(wakeups),
        "rtprio": probe(95),
        "installed": lambda module: module in installed,
        "composing": probe(composing),
        "platform": "linux",
        **changed,
    }
    return examine(Path("x.onnx"), "chorales", None, list(daws), Probes(**values))


def test_all_is_well():
    found = checkup()
    assert found.can_play
    assert found.ports == ["Synth"]
    assert found.virtual
    assert set(found.sync.values()) == {""}
    assert remedies(found) == []


def test_virtual_ports_are_not_looked_for_where_there_can_be_none():
    winmm = Listing("winmm", [], ["loopMIDI"], "")

    def create(backend):
        raise AssertionError(backend)

    found = checkup([winmm, DEAD], virtual=create, platform="win32")
    assert not found.virtual
    assert found.can_play


@pytest.mark.parametrize(
    ("changed", "command"),
    [
        ({"ports": PortError("python-rtmidi is missing")}, "pip install 'midigan[ports]'"),
        ({"ports": [DEAD]}, "sudo modprobe snd-seq"),
        ({"wakeups": REFUSED, "rtprio": lambda: 0}, "limits.d/midigan.conf"),
        ({"wakeups": [PUNCTUAL[0], Wakeups("real-time", 1.0, 9.0, 20.0)]}, "cpupower"),
        ({"installed": ("jack",)}, "midigan[link]"),
        ({"installed": ("aalink",)}, "midigan[jack]"),
        ({"daws": [Daw("Ardour", "ardour", True, "not installed")]}, "plugins install ardour"),
        ({"composing": FINE._replace(p99_ms=5000.0, affordable=3)}, "--candidates 3"),
    ],
)
def test_what_is_not_well_has_its_remedy(changed, command):
    (remedy,) = remedies(checkup(**changed))
    assert command in remedy.command
    assert remedy.what
    assert remedy.why


@pytest.mark.parametrize(
    "changed",
    [
        {"daws": [Daw("Ardour", "ardour", False, "not installed")]},
        {"daws": [Daw("Ardour", "ardour", True, "changed")]},
        {"wakeups": REFUSED, "platform": "darwin", "ports": [IAC]},
        {"installed": ("aalink",), "ports": [ALSA]},
    ],
)
def test_what_cannot_be_helped_has_none(changed):
    assert remedies(checkup(**changed)) == []


def test_on_macos_it_says_that_a_virtual_port_may_leave_notes_hanging():
    coremidi = Listing("coremidi", [], ["Synth"], "")
    found = checkup([coremidi], wakeups=REFUSED, platform="darwin", virtual=lambda _: True)
    (remedy,) = remedies(found)
    assert "may hang" in remedy.why
    assert "IAC Bus" in remedy.command
    assert any("may hang" in line for line in advice(platform="darwin"))


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_there_is_no_port_it_says_how_to_come_by_one(platform):
    ports = {"linux": [DEAD], "darwin": [Listing("coremidi", [], [], "")]}
    found = checkup(
        ports.get(platform, [Listing("winmm", [], [], "")]),
        virtual=lambda _: False,
        platform=platform,
    )
    assert not found.can_play
    assert remedies(found)


def test_a_generator_that_does_not_load_is_a_trouble_and_nothing_plays():
    found = checkup(composing=FormatError("x.onnx is damaged"))
    assert found.troubles == ["x.onnx is damaged"]
    assert not found.can_play


def test_sync_says_what_is_missing():
    found = checkup([Listing("alsa", [], ["Synth"], "")], installed=())
    assert found.sync["midi"] == "no input port"
    assert found.sync["link"] == found.sync["jack"] == "not installed"
    assert checkup([ALSA]).sync["jack"] == "no server"
