import json
import sys

import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.live.connections import port_names
from midigan.live.connections.advice import advice
from midigan.live.connections.port_names import Listing

SOME = [
    Listing("alsa", [], [], "does not answer (no /dev/snd/seq)"),
    Listing("jack", ["fs:out"], ["fs:in"], ""),
]
NONE = [Listing("alsa", [], [], "does not answer (no /dev/snd/seq)"), Listing("jack", [], [], "")]


@pytest.fixture
def there_are(monkeypatch):
    def set_ports(listings):
        monkeypatch.setattr(port_names, "list_ports", lambda backend=None: listings)

    return set_ports


def run(*arguments):
    return CliRunner().invoke(cli, ["ports", *arguments])


def test_ports_are_listed_by_backend_and_direction(there_are):
    there_are(SOME)
    result = run()
    assert result.exit_code == 0
    rows = [line.split() for line in result.output.splitlines()]
    assert ["jack", "output", "fs:in"] in rows
    assert ["jack", "input", "fs:out"] in rows
    assert "alsa does not answer (no /dev/snd/seq)" in result.output
    assert "There is no port" not in result.output


def test_where_there_is_nothing_it_says_what_to_do(there_are):
    there_are(NONE)
    result = run()
    assert result.exit_code == 0
    assert "There is no port to play to." in result.output
    told = " ".join(result.output.split())
    assert all(line in told for line in advice(["jack"]))
    assert max(map(len, result.output.splitlines())) <= 80


def test_json_holds_the_same(there_are):
    there_are(SOME)
    told = json.loads(run("--json").output)
    assert told["backends"][1] == {
        "backend": "jack",
        "inputs": ["fs:out"],
        "outputs": ["fs:in"],
        "trouble": "",
    }
    assert told["advice"]


def test_without_rtmidi_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    result = run()
    assert result.exit_code == 1
    assert "pip install python-rtmidi" in result.output


def test_this_system_answers_whatever_it_has():
    pytest.importorskip("rtmidi")
    assert run().exit_code == 0
