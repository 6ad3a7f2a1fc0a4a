import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cli.commands import ingress

from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.remote import explanation

QUERY = {"url": ["http://a.b/?x=1&y"], "header": ["A: 1", "B: 2"]}


@contextmanager
def admin(status: int, body: bytes):
    """Answer on a loopback port; yields its URL, and the targets that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_the_question_is_encoded_and_the_answer_is_json():
    with admin(200, b'{"status": 404}') as (url, asked):
        assert explanation(f"{url}/", QUERY) == {"status": 404}
    assert asked == ["/explain?url=http%3A%2F%2Fa.b%2F%3Fx%3D1%26y&header=A%3A+1&header=B%3A+2"]


def test_the_command_asks_it_whatever_proxy_the_environment_names():
    body = {"status": 404, "nearest": ["a.b"]}
    with admin(200, json.dumps(body).encode()) as (url, _):
        env = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        done = ingress("explain", "http://b.b/", "--admin", url, env=env)
    assert done.returncode == 0
    assert "nearest       a.b" in done.stdout


def test_a_refusal_is_a_usage_error_with_the_servers_mend():
    with (
        admin(400, b'{"error": "no url", "mend": "write one"}') as (url, _),
        pytest.raises(Mistake, match="no url") as caught,
    ):
        explanation(url, QUERY)
    assert (caught.value.mend, caught.value.code) == ("write one", ExitCode.USAGE)


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (404, b"<html>"), (400, b"[]")])
def test_a_stranger_is_called_one(status, body):
    with (
        admin(status, body) as (url, _),
        pytest.raises(Mistake, match="is no ingress") as caught,
    ):
        explanation(url, QUERY)
    assert caught.value.code == ExitCode.FOUND


def test_nobody_there_is_said():
    with admin(200, b"") as (url, _):
        pass
    with pytest.raises(Mistake, match="does not answer") as caught:
        explanation(url, QUERY)
    assert "ingress run" in caught.value.mend
