"""h11 as the oracle: it and our parser read every answer alike, but for what is listed here."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.responses import hostile, legal, surplus

from ingress.policies import RESPONSE_DROPPED
from ingress.proxy.failures import Failure
from ingress.proxy.upstream.parser import ResponseParser

STRICTER = {
    "101 to something else": "h11 leaves Upgrade to its caller",
    "Transfer-Encoding in HTTP/1.0": "h11 takes it; HTTP/1.0 knows no codings",
    "Transfer-Encoding with Content-Length": "h11 drops Content-Length in silence",
    "bad chunk extension": "h11 takes anything behind a semicolon",
    "bad chunk size": "h11 takes white space behind it",
    "bad trailer": "h11 takes bare LF, folding and framing fields there",
    "bare CR in a chunk": "h11 takes anything behind a semicolon",
    "bare LF in a chunk": "h11 takes it for a line end in a trailer",
    "bare LF in the head": "h11 takes it for a line end",
    "body where none may be": "h11 does not look",
    "chunk line too long": "h11 bounds it only by its buffer",
    "chunk size too big": "h11 takes more digits than fit 64 bits",
    "control character": "h11 lets those in values pass that people have been seen to use",
    "head too long": "h11 bounds what is incomplete only",
    "list of Content-Lengths": "h11 takes `2, 2` for 2; another reader may not",
    "more than one Content-Length": "h11 takes two that are equal",
    "no version of ours": "h11 takes any digits",
    "obs-fold": "h11 unfolds it",
    "trailers too long": "h11 bounds what is incomplete only",
}
"""Kinds of which h11 takes some and we take none, and why."""

LAXER = {
    "chunk extensions": "white space around an extension's semicolon is legal (RFC 9112 §7.1.1)",
}
"""Kinds of which we take some that h11 refuses, and why."""

HOSTILE, LEGAL = list(hostile()), list(legal())
ANSWERS = [*HOSTILE, *LEGAL, *surplus()]


def goes_on(line):
    return line[0].lower().decode("latin-1") not in RESPONSE_DROPPED


def h11_reads(data, *, method="GET", upgrade=b"", closes=False):
    """Return status, reason, headers, body and what is left, ``None`` where there is no end."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=65_536)
    asked = [("Connection", "upgrade"), ("Upgrade", upgrade)] if upgrade else []
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "a"), *asked]))
    connection.send(h11.EndOfMessage())
    head, body = None, b""
    try:
        connection.receive_data(data)
        if closes:
            connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.Response | h11.InformationalResponse):
                head = event
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                headers = [line for line in head.headers.raw_items() if goes_on(line)]
                left = connection.trailing_data[0]
                return head.status_code, bytes(head.reason), headers, body, left
            else:
                return None
    except h11.RemoteProtocolError:
        return None


def we_read(data, *, method="GET", upgrade=b"", closes=False, cuts=()):
    """Return the same of ours."""
    parser = ResponseParser(method, 65_536)
    parser.upgrade = upgrade
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    try:
        pieces = [data[a:b] for a, b in pairwise(edges)]
        body = b"".join(parser.feed(piece) for piece in pieces)
        if closes:
            parser.eof()
    except Failure:
        return None
    head = parser.head
    if head is None or not parser.ended:
        return None
    lines = (line.partition(b":") for line in head.kept.split(b"\r\n")[:-1])
    headers = [(name, value.strip(b" \t")) for name, _, value in lines]
    return head.status, head.line.reason, headers, body, parser.surplus


def told(case):
    """Return what both are told of a case."""
    return {
        "method": case.method,
        "upgrade": getattr(case, "upgrade", b""),
        "closes": getattr(case, "closes", False),
    }


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.kind)
def test_the_same_is_read_or_we_refuse(case):
    ours, theirs = we_read(case.data, **told(case)), h11_reads(case.data, **told(case))
    if ours != theirs:
        assert case.kind in (STRICTER if ours is None else LAXER)


def test_no_difference_is_listed_that_is_none():
    assert all(we_read(case.data, **told(case)) is None for case in HOSTILE)
    assert all(we_read(case.data, **told(case)) is not None for case in LEGAL)
    taken = {case.kind for case in HOSTILE if h11_reads(case.data, **told(case)) is not None}
    assert taken == set(STRICTER)
    refused = {case.kind for case in LEGAL if h11_reads(case.data, **told(case)) is None}
    assert refused == set(LAXER)


# What answers are made of, and what breaks them.
PARTS = [case.data for case in ANSWERS if len(case.data) < 200]
BREAKING = st.sampled_from(
    [
        b"",
        b" ",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b":",
        b";",
        b",",
        b"0",
        b"5",
        b"\0",
        b"\xff",
    ]
)


@given(
    data=st.sampled_from(PARTS),
    splices=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), BREAKING), max_size=3),
    method=st.sampled_from(["GET", "HEAD"]),
    closes=st.booleans(),
    cuts=st.lists(st.integers(0, 200), max_size=4),
)
def test_what_we_take_of_a_broken_answer_h11_reads_alike(data, splices, method, closes, cuts):
    for at, dropped, put in splices:
        data = data[:at] + put + data[at + dropped :]
    ours = we_read(data, method=method, closes=closes, cuts=cuts)
    assert ours == we_read(data, method=method, closes=closes)
    # Where h11 is the stricter one, it is over an extension's semicolon.
    theirs = h11_reads(data, method=method, closes=closes)
    if ours is not None and not (theirs is None and b";" in data):
        assert ours == theirs
