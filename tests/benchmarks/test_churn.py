from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from e2e.running import wait_for

from benchmarks.churn import changing
from benchmarks.sites import Proxy


@contextmanager
def served(hosts: set[str]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.headers["Host"] in hosts else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def proxy(port, change):
    return Proxy(name="it", version="1", pid=1, http=port, https=port, change=change)


def test_the_last_change_is_served_in_the_end():
    hosts: set[str] = set()
    with served(hosts) as port, changing(proxy(port, hosts.add), rate=50) as churn:
        wait_for(lambda: len(churn.made) >= 3, "three changes")
    assert set(churn.made) <= hosts
    assert len(set(churn.made)) == len(churn.made)


def test_without_a_rate_nothing_changes():
    with changing(proxy(1, None), rate=0) as churn:
        pass
    assert churn.made == []


def test_a_change_that_is_refused_is_told():
    def refuse(_):
        raise RuntimeError("no such host")

    with pytest.raises(RuntimeError, match="no such host"), changing(proxy(1, refuse), rate=50):
        pass
