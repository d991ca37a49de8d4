"""The kernel's list of the clients of ALSA's sequencer, as it prints it, and as others bend it."""

import random

import pytest

from midigan.live.connections.alsa_clients import (
    address_of,
    ports,
    read_ports,
    without_address,
)

#: As Linux 5.x prints it: System and Midi Through are always there.
LIST = """\
Client info
  cur  clients : 5
  peak clients : 6
  max  clients : 192

Client   0 : "System" [Kernel]
  Port   0 : "Timer" (Rwe-)
  Port   1 : "Announce" (R-e-)
    Connecting To: 142:0
Client  14 : "Midi Through" [Kernel]
  Port   0 : "Midi Through Port-0" (RWe-)
    Connected From: 128:0
Client 128 : "midigan" [User]
  Port   0 : "midigan" (R-e-)
    Connecting To: 14:0, 129:0[r:0], 130:1[t:2][ex]
  Port   1 : "other" (R-e-)
    Connecting To: 131:3
  Output pool :
    Pool size          : 500
    Cells in use       : 0
    Peak cells in use  : 0
    Alloc success      : 0
    Alloc failures     : 0
Client 129 : "FLUID Synth (88)" [User]
  Port   0 : "Synth input port (88:0)" (-We-)
    Connected From: 128:0[r:0]
  Input pool :
    Pool size          : 200
    Cells in use       : 0
    Peak cells in use  : 0
    Alloc success      : 0
    Alloc failures     : 0
Client 142 : "Qtractor" [User]
"""
#: Since 6.5 each client says which MIDI it speaks, and some ports which direction they have.
NEWER = LIST.replace("[Kernel]", "[Kernel Legacy]").replace("[User]", "[User UMP MIDI1]")
NEWER = NEWER.replace("(-We-)", "(-We-) [Out]")


def listeners(text, port):
    found = ports(text).get(port)
    return None if found is None else found.to


@pytest.mark.parametrize("text", [LIST, NEWER], ids=["older", "newer"])
def test_who_listens_to_a_port(text):
    assert listeners(text, "128:0") == {"14:0", "129:0", "130:1"}
    assert listeners(text, "128:1") == {"131:3"}
    assert listeners(text, "0:1") == {"142:0"}
    assert listeners(text, "129:0") == set()
    assert listeners(text, "128:2") is None
    assert listeners(text, "142:0") is None


@pytest.mark.parametrize("text", [LIST, NEWER], ids=["older", "newer"])
def test_whose_a_port_is_and_whom_it_hears(text):
    found = ports(text)
    assert list(found) == ["0:0", "0:1", "14:0", "128:0", "128:1", "129:0"]
    assert found["129:0"].hears == found["14:0"].hears == {"128:0"}
    assert found["128:0"].hears == set()
    assert [found[port].client for port in ("0:1", "129:0")] == ["System", "FLUID Synth (88)"]


def test_what_is_not_as_the_kernel_writes_it_counts_for_nothing():
    assert listeners("", "128:0") is None
    assert listeners("    Connecting To: 1:1\n" + LIST, "128:0") == {"14:0", "129:0", "130:1"}
    port = 'Client 128 : "midigan" [User]\n  Port   0 : "midigan" (R-e-)\n'
    for odd in ("999:0", "14:254", "-1:0", "14", "14:0:1", ":", "14:0 [ex]", "1e2:0", "\u0661:0"):
        assert listeners(f"{port}    Connecting To: {odd}, 20:0\n", "128:0") == {"20:0"}
    assert listeners(f"{port}    Connecting To: 20:0, 21:", "128:0") == {"20:0"}  # cut off
    assert listeners('Client 999 : "x" [User]\n  Port   0 : "x" (R-e-)\n', "999:0") is None


def test_names_that_look_like_lines_only_add():
    """A client of 128's neighbour calls itself so; what the kernel says of 128 still stands."""
    name = 'x"\r\x0b\x85 Client 128 : "y" [User]\u2028  Port   0 : "\x00'
    text = LIST.replace('"midigan" [User]', f'"{name}" [User]')
    assert listeners(text, "128:0") == {"14:0", "129:0", "130:1"}
    forged = LIST.replace("Midi Through Port-0", 'x"\n    Connecting To: 1:1\nClient 128 : "z')
    assert listeners(forged, "128:0") == {"14:0", "129:0", "130:1"}


def test_whatever_the_text_it_is_an_answer():
    chance = random.Random(3)
    for _ in range(300):
        text = list(LIST)
        for _ in range(chance.randrange(1, 40)):
            text[chance.randrange(len(text))] = chance.choice('0:,[]" \n\x00é١C')
        found = listeners("".join(text), "128:0")
        assert found is None or all(address_of(f"x {to}") == to for to in found)


def test_it_is_read_from_a_file_whatever_is_in_it(tmp_path):
    path = tmp_path / "clients"
    assert read_ports(path) is None
    path.write_bytes(b'Client   1 : "\xff\xfe" [User]\n' + LIST.encode())
    assert read_ports(path)["128:0"].to == {"14:0", "129:0", "130:1"}
    assert read_ports(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "address", "own"),
    [
        ("midigan:My Gan 128:0", "128:0", "midigan:My Gan"),
        ("FLUID Synth (88):Synth input port (88:0) 129:12", "129:12", None),
        ("midigan:My Gan", None, "midigan:My Gan"),
        ("x:y 999:0", None, "x:y"),
        ("", None, ""),
    ],
)
def test_a_port_says_its_numbers_at_the_end_of_its_name(name, address, own):
    assert address_of(name) == address
    assert own is None or without_address(name) == own
