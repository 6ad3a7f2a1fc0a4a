"""h11 as the oracle: it and our scanner read every request alike, but for what is listed here."""

import h11
import pytest
from wire.hostile_requests import hostile
from wire.requests import MAX_HEAD, SECOND, legal, strange_methods

from ingress.proxy.downstream.body import BodyFeed
from ingress.proxy.downstream.scanner import HeadScanner
from ingress.proxy.failures import Failure
from ingress.proxy.http1 import Sieve

STRICTER = {
    "CONNECT": "a proxy for origins opens no tunnels",
    "Content-Length": "h11 takes `5,5` for 5; another reader may not",
    "Content-Length beyond bounds": "h11 bounds it at 20 digits, we at 18, far below 2**63",
    "Content-Length twice": "h11 takes two that are equal",
    "HTTP/2 preface": "h11 leaves versions to its caller",
    "Host": "h11 does not look into it",
    "OPTIONS *": "it belongs to no route",
    "TE and CL": "h11 drops Content-Length in silence",
    "TE in HTTP/1.0": "h11 takes it; HTTP/1.0 knows no codings",
    "absolute-form": "h11 does not compare it with Host",
    "bare LF": "h11 takes it for a line end",
    "chunk extension": "h11 takes anything behind a semicolon",
    "chunk extension too long": "h11 bounds it only by its buffer",
    "chunk size": "h11 takes white space behind it, and more digits than fit 64 bits",
    "control character": "h11 lets those in values pass that people have been seen to use",
    "expectation": "h11 leaves it to its caller",
    "last chunk": "h11 takes a bare LF there, and any number of zeros up to 20",
    "line end inside": "a bare LF again",
    "long field": "h11 bounds what is incomplete only",
    "long head": "h11 bounds what is incomplete only",
    "long method": "h11 bounds what is incomplete only",
    "long target": "h11 bounds what is incomplete only",
    "many fields": "h11 does not count them",
    "obs-fold": "h11 unfolds it",
    "percent triplet": "h11 does not read paths",
    "target": "h11 takes any visible text",
    "trailer": "h11 takes bare LF, folding and framing fields there",
    "trailer too long": "h11 bounds what is incomplete only",
    "twice": "h11 counts Host, Content-Length and Transfer-Encoding only",
    "unframed": "h11 does not know that draft of WebSocket",
    "version": "h11 takes any digits",
}
"""Kinds of which h11 takes some and we take none, and why."""

LAXER = {
    "chunked": "white space around an extension's semicolon is legal (RFC 9112 §7.1.1)",
    "empty line first": "one empty line before a request is to be ignored (RFC 9112 §2.2)",
}
"""Kinds of which we take some that h11 refuses, and why."""


def h11_reads(raw: bytes) -> tuple[bytes, bytes] | None:
    """Return method and body of the first request, ``None`` where h11 refuses or waits."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
    connection.receive_data(raw)
    body, request = b"", None
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return bytes(request.method), body
            else:
                return None
    except h11.RemoteProtocolError:
        return None


def we_read(raw: bytes, *, cut: int = 0) -> list[tuple[str, str, bytes]] | Failure:
    """Return method, target and body of every whole request, or the refusal."""
    body = b""
    scanner, feed, found = HeadScanner(Sieve(), max_bytes=MAX_HEAD), None, []
    try:
        for data in (raw[:cut], raw[cut:]):
            left = data
            while left:
                if feed is None:
                    request = scanner.feed(left)
                    if request is None:
                        break
                    left, scanner.rest = scanner.rest, b""
                    feed = BodyFeed(request.framing, max_trailer_bytes=MAX_HEAD)
                else:
                    piece, left = feed.feed(left)
                    body += piece
                if feed.complete:
                    found.append((request.head.method, request.head.target, body))
                    feed, body = None, b""
    except Failure as failure:
        return failure
    return found


@pytest.mark.parametrize("case", list(hostile()), ids=lambda case: case.kind)
def test_what_h11_refuses_we_refuse_and_more(case):
    outcomes = {str(we_read(case.raw, cut=cut)) for cut in range(0, len(case.raw), 7)}
    assert isinstance(we_read(case.raw), Failure)
    assert we_read(case.raw).status in case.statuses
    # Wherever it is cut, it fails for the same reason.
    assert len(outcomes) == 1
    if h11_reads(case.raw) is not None:
        assert case.kind in STRICTER


@pytest.mark.parametrize("case", [*legal(), *strange_methods()], ids=lambda case: case.kind)
def test_what_is_legal_both_take(case):
    first = (case.method.decode(), case.target.decode(), case.body)
    expected = [first, ("GET", "/smuggled", b"")]
    assert we_read(case.raw + SECOND) == expected
    found = h11_reads(case.raw)
    if case.kind not in LAXER:
        assert found == (case.method, case.body)


def test_no_difference_is_listed_that_is_none():
    taken = {case.kind for case in hostile() if h11_reads(case.raw) is not None}
    waiting = {"Content-Length beyond bounds"}  # h11 takes its head, and waits for such a body
    assert taken | waiting == set(STRICTER)
    assert {case.kind for case in legal() if h11_reads(case.raw) is None} == set(LAXER)
