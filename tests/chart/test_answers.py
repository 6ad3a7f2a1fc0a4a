"""What `helm test` runs, run here: against answers, wrong answers and none."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from chart.rendering import CHART


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/readyz": 200, "/": 308}.get(self.path, 503))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def port():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, name="server")
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(*asked: str):
    return subprocess.run(
        [sys.executable, CHART / "files" / "answers.py", "1", *asked],
        env={"EDGE_METRICS_SERVICE_HOST": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_what_kubernetes_said_is_taken_before_dns(port):
    done = ask(f"edge-metrics:{port}/readyz=200")
    assert done.stdout == f"ok   http://edge-metrics:{port}/readyz: 200 OK\n"
    assert done.returncode == 0


def test_a_redirect_is_an_answer(port):
    assert ask(f"127.0.0.1:{port}/=any").returncode == 0


def test_a_wrong_answer_fails_when_time_is_over(port):
    done = ask(f"127.0.0.1:{port}/readyz=200", f"127.0.0.1:{port}/other=200")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith(f"FAIL http://127.0.0.1:{port}/other: 503")


def test_nobody_there_fails_and_says_so():
    done = ask("127.0.0.1:1/=any")
    assert done.returncode == 1
    assert "refused" in done.stdout
