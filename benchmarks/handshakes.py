"""A load of new TLS connections: a full TLS 1.3 handshake, one request, and close.

wrk resumes sessions, and speaks TLS 1.2 only. This client costs more than the proxy that it asks,
which does not matter where the proxy's own CPU time is what counts.

    python -m benchmarks.handshakes PORT PATH SECONDS
"""

import socket
import ssl
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from benchmarks.sites import HOSTS
from benchmarks.summary import Tally

THREADS = 8
TIMEOUT = 10.0


def main() -> None:
    """Put the load that the arguments name, and print what wrk's script prints."""
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        spans = [HOSTS[number::THREADS] for number in range(THREADS)]
        tallies = pool.map(
            lambda hosts: _ask_until(began + seconds, port, path=path, hosts=hosts), spans
        )
        whole = Tally()
        for tally in tallies:
            whole.merge(tally)
    print(whole.summary(time.monotonic() - began))


def _ask_until(end: float, port: int, *, path: str, hosts: list[str]) -> Tally:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the certificate was made for this run
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    tally = Tally()
    for request in _requests(path, hosts):
        if (begun := time.monotonic()) >= end:
            break
        try:
            well = _ask(context, port, request=request)
        except OSError:
            well = False
        tally.add(time.monotonic() - begun, well=well)
    return tally


def _requests(path: str, hosts: list[str]) -> Iterator[bytes]:
    return cycle(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        for host in hosts
    )


def _ask(context: ssl.SSLContext, port: int, *, request: bytes) -> bool:
    """Tell whether a request over a new connection is answered with 200, and to the end."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(request)
        head = connection.recv(65_536)
        while connection.recv(65_536):
            pass
    return head.startswith(b"HTTP/1.1 200 ")


if __name__ == "__main__":
    main()
