"""A worker without descriptors: it goes on serving those it has, and recovers by itself."""

import contextlib
import resource
import socket
import ssl
from pathlib import Path

import pytest
from e2e.running import Running, example, running, wait_for
from e2e.test_workers import workers_of

LIMIT = 64
GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"


def connect(served: Running, kind: str) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", served.ports[kind]), 5)
    if kind == "http":
        return plain
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.ExitStack() as undo:
        undo.callback(plain.close)
        secure = context.wrap_socket(plain)
        undo.pop_all()
    return secure


def answers(client: socket.socket) -> bool:
    client.sendall(GET)
    return client.recv(65_536).startswith(b"HTTP/1.1 404 ")


def lets_in(served: Running, kind: str) -> bool:
    with contextlib.suppress(OSError), connect(served, kind) as client:
        return answers(client)
    return False


@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_flood_waits_and_leaves_no_trace(kind: str, tmp_path: Path) -> None:
    with running(example("02-session-affinity", tmp_path)) as served:
        (worker,) = workers_of(served)
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
        with connect(served, "http") as plain, connect(served, "https") as secure:
            for _ in range(2):
                with contextlib.ExitStack() as flood:
                    for _ in range(2 * LIMIT):
                        address = ("127.0.0.1", served.ports[kind])
                        flood.enter_context(socket.create_connection(address, 5))
                    assert answers(plain)
                    assert answers(secure)
                wait_for(lambda: lets_in(served, "http"), "a new client")
                wait_for(lambda: lets_in(served, "https"), "a new client over TLS")
        said = "".join(served.said)
    assert said.count("Too many open files") == 1  # and not once for each attempt
    assert "Traceback" not in said
