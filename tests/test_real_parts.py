"""What the tests with real parts rest on."""

import subprocess
import sys
from pathlib import Path

from real_parts import jack_client, jack_server, require, wait_until

TESTS = Path(__file__).parent


def test_a_server_that_was_killed_is_there_again_for_the_next_try():
    with jack_server() as server:
        jack_client("left behind").activate()
        server.kill()
        server.revive()
        client = jack_client("anew")
        client.activate()
        assert [port.name for port in client.get_ports("anew")] == []
        client.midi_outports.register("out")
        assert [port.name for port in client.get_ports("anew")] == ["anew:out"]


def test_killed_tests_leave_no_server_and_no_name_taken():
    require("setpriv")
    with jack_server() as other:
        command = "import real_parts, time\nwith real_parts.jack_server() as server:\n"
        command += " print(server.name, server.process.pid, flush=True)\n time.sleep(60)"
        tests = subprocess.Popen(
            [sys.executable, "-c", command], stdout=subprocess.PIPE, text=True, cwd=TESTS
        )
        with tests:
            assert tests.stdout is not None
            name, pid = tests.stdout.readline().split()
            assert name != other.name
            tests.kill()
        wait_until("the end of its server", lambda: not Path(f"/proc/{pid}/cmdline").exists())
        with jack_server() as server:
            assert server.name == name
