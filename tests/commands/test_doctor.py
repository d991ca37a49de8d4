import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.commands.doctor import as_plain, screen
from midigan.live.composing.composing_time import ComposingTime
from midigan.live.connections.port_names import Listing
from midigan.live.doctor import checkup
from midigan.live.doctor.checkup import Backend, Checkup, Daw
from midigan.live.doctor.remedies import remedies
from midigan.live.doctor.wakeups import Wakeups

FINE = ComposingTime("chorales", 0.31, 80.0, 6.0, 16, 12.5, 20.0, 32)
WELL = Checkup(
    platform="linux",
    backends=[
        Backend("alsa", [], [], False, "does not answer (a long reason of the library's)"),
        Backend("jack", ["in"], ["FLUID Synth:midi"], True, ""),
    ],
    wakeups=[Wakeups("ordinary", 0.05, 0.9, 2.0), Wakeups("real-time", 0.001, 0.01, 0.04)],
    rtprio=95,
    composing=FINE,
    link=True,
    jack=True,
    daws=[Daw("Ardour", "ardour", True, "installed")],
    troubles=[],
)
WORST = Checkup(
    platform="linux",
    backends=[
        Backend(name, ["an input"] * 9, [f"a port of {name} with a long name {n}" for n in "ab"],
                False, "")
        for name in ("alsa", "jack", "coremidi", "winmm")
    ],
    wakeups=[Wakeups("ordinary", 1, 90.0, 200), Wakeups("normal priority", 10, 900.0, 9000.0)],
    rtprio=0,
    composing=FINE._replace(p99_ms=60_000.0, generator="x" * 90),
    link=False,
    jack=False,
    daws=[Daw(f"DAW {n}", f"daw{n}", True, "not installed") for n in range(6)],
    troubles=["something went wrong " * 9, "and something else"],
)  # fmt: skip


def test_a_screen_says_all_there_is_to_know():
    text = "\n".join(screen(WELL, remedies(WELL)))
    for words in (
        "alsa      does not answer\n",
        "jack      1 outputs, 1 inputs, virtual ports",
        "play to    FLUID Synth:midi",
        "sync       its own, MIDI clock, Ableton Link, JACK",
        "ordinary        late 0.050 ms (p50), 0.900 (p99), 2.000 (all)",
        "real-time       late 0.001 ms (p50), 0.010 (p99), 0.040 (all)",
        "real-time  granted",
        "chorales: first phrase after 0.31 s, then 12.5 ms (p50), 20.0 (p99)",
        "a phrase sounds 6.0 s at 80 bpm; candidates 16, affordable 32",
        "Ardour (plug-in installed)",
        "ready: midigan live --virtual",
    ):
        assert words in text
    assert "to improve" not in text


@pytest.mark.parametrize("found", [WELL, WORST])
def test_it_fits_a_screen_of_80_by_24(found):
    todo = remedies(found)
    lines = screen(found, todo)
    assert len(lines) <= 23
    commands = {f"    {remedy.command}" for remedy in todo}
    assert all(len(line) <= 80 for line in lines if line not in commands)


def test_what_has_no_room_is_counted():
    todo = remedies(WORST)
    text = "\n".join(screen(WORST, todo))
    told = sum(f"    {remedy.command}\n" in text for remedy in todo)
    assert told >= 1
    assert f"- and {len(todo) - told} more: midigan doctor --json" in text


def test_plain_values_are_json():
    plain = json.loads(json.dumps(as_plain(WELL, remedies(WORST))))
    assert plain["can_play"] is True
    assert plain["backends"][1]["virtual"] is True
    assert plain["wakeups"][1]["p99_ms"] == 0.01
    assert plain["composing"]["affordable"] == 32
    assert all(set(row) == {"what", "why", "command"} for row in plain["remedies"])


@pytest.fixture
def system(monkeypatch):
    """A system with these ports, on which nothing takes long to measure."""

    def set_system(*listings):
        short = Wakeups("ordinary", 0.1, 0.2, 0.3)
        monkeypatch.setattr(
            checkup,
            "Probes",
            lambda: real(ports=lambda: list(listings), virtual=lambda _: False,
                         wakeups=lambda: [short, short]),
        )  # fmt: skip

    real = checkup.Probes
    return set_system


def run(*arguments):
    return CliRunner().invoke(cli, ["doctor", *map(str, arguments)])


def test_the_exit_status_says_whether_it_can_play(system, tiny_generator):
    system(Listing("alsa", [], ["Synth"], ""))
    result = run("--generator", tiny_generator)
    assert result.exit_code == 0, result.output
    assert 'ready: midigan live --port "..."' in result.output
    system(Listing("alsa", [], [], "does not answer (nobody there)"))
    result = run("--generator", tiny_generator)
    assert result.exit_code == 1
    assert result.output.endswith("midigan: nothing can be played here: there is no port\n")
    assert "sudo modprobe snd-seq" in result.output


def test_a_generator_that_is_damaged_is_told(system, tmp_path):
    system(Listing("alsa", [], ["Synth"], ""))
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model")
    result = run("--generator", damaged)
    assert result.exit_code == 1
    assert "there is no generator that works" in result.output
    assert run("--generator", Path("nowhere.onnx")).exit_code == 1


def test_json_is_all_of_standard_output(system, tiny_generator):
    system(Listing("alsa", ["keys"], [], ""))
    result = run("--generator", tiny_generator, "--json", "--tempo", "120")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["can_play"]) == (1, False)
    assert told["composing"]["tempo_bpm"] == 120


def test_this_system_answers_whatever_it_has(tiny_generator):
    pytest.importorskip("rtmidi")
    result = run("--generator", tiny_generator)
    assert result.exit_code in (0, 1)
    assert "generator  tiny: first phrase after" in result.output
