import json
from http import HTTPStatus

import pytest

from ingress.policies import Redirect
from ingress.proxy.answers import error_page, redirection
from ingress.proxy.failures import MEANINGS


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("", False),
        ("*/*", False),
        ("text/html", False),
        ("application/json", True),
        ("Application/JSON", True),
        ("text/html, application/json", False),
        ("text/html;q=0.8, application/json", True),
        ("text/html, application/json;q=0.8", False),
        ("application/json;q=0", False),
        ("application/json;q=x", False),
        ("application/json; charset=utf-8", True),
    ],
)
def test_json_is_for_those_who_like_it_better_than_html(accept, is_json):
    page = error_page(404, accept=accept, request_id="id")
    assert (dict(page.headers)["Content-Type"] == "application/json") == is_json


@pytest.mark.parametrize("status", sorted({m.status for m in MEANINGS.values()} - {499} | {404}))
def test_every_status_of_ours_says_what_to_do(status):
    page = error_page(status, accept="application/json", request_id="id")
    body = json.loads(page.body)
    assert body.pop("message")
    assert body == {
        "status": status,
        "error": HTTPStatus(status).phrase,
        "answeredBy": "aiohttp-ingress",
        "requestId": "id",
    }


def test_an_encoded_answer_is_whole_and_says_that_we_close():
    head, _, body = error_page(400, accept="", request_id="id").encode().partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 400 Bad Request"
    assert b"Content-Length: %d" % len(body) in lines
    assert b"Connection: close" in lines
    assert b"X-Request-ID: id" in lines


def test_a_redirection_has_a_place_and_no_body():
    answer = redirection(Redirect(308, "https://a.test/"), request_id="id")
    assert (answer.status, dict(answer.headers)["Location"]) == (308, "https://a.test/")
    assert answer.body == b""
