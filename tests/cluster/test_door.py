import contextlib
import socket
import sys

import pytest
from cluster.daemon import Daemon
from cluster.door import Door
from cluster.machine import no_control_tier
from cluster.namespaces import namespaces
from cluster.waiting import until

pytestmark = pytest.mark.skipif(no_control_tier() is not None, reason=str(no_control_tier()))

UPPER = """
import socketserver, sys
class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read().upper())
with socketserver.TCPServer(("127.0.0.1", 7000), Upper) as server:
    print("up", flush=True)
    server.serve_forever()
"""


def test_bytes_pass_both_ways_until_their_end():
    with namespaces() as inside:
        upper = Daemon(inside, "upper", sys.executable, "-c", UPPER)
        until(lambda: upper.log.read_text() == "up\n", "the server inside")
        door = Door(inside, "127.0.0.1", 7000)
        with socket.create_connection(door.address, timeout=20) as outside:
            outside.sendall(b"a" * 1_000_000)
            outside.shutdown(socket.SHUT_WR)
            with outside.makefile("rb") as answer:
                assert answer.read() == b"A" * 1_000_000


def test_nobody_behind_the_door():
    with namespaces() as inside:
        door = Door(inside, "127.0.0.1", 7000)
        with (
            socket.create_connection(door.address, timeout=20) as outside,
            contextlib.suppress(ConnectionResetError),  # an end is an end
        ):
            assert outside.recv(1) == b""
