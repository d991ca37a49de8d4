"""What the tests with real parts rest on."""

import os

from real_parts import jack_client, jack_server


def test_a_server_that_was_killed_is_there_again_for_the_next_try():
    with jack_server(f"revived{os.getpid()}") as server:
        jack_client("left behind").activate()
        server.kill()
        server.revive()
        client = jack_client("anew")
        client.activate()
        assert [port.name for port in client.get_ports("anew")] == []
        client.midi_outports.register("out")
        assert [port.name for port in client.get_ports("anew")] == ["anew:out"]
