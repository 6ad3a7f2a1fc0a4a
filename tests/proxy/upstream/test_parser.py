from operator import attrgetter

import pytest
from wire import responses

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE
from ingress.proxy.upstream.parser import MAX_INTERIMS, ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"
CODED = b"Transfer-Encoding: chunked\r\n\r\n"


def parser(method="GET", *, upgrade=b"", max_header_bytes=65_536):
    made = ResponseParser(method, max_header_bytes)
    made.upgrade = upgrade
    return made


def bytes_of(data):
    return (data[at : at + 1] for at in range(len(data)))


def read(pieces, *, closes=False, method="GET", **options):
    one = parser(method, **options)
    body = b"".join(one.feed(piece) for piece in pieces)
    if closes:
        one.eof()
    return one, body


@pytest.mark.parametrize("case", list(responses.legal()), ids=attrgetter("kind"))
def test_legal_answers_byte_by_byte(case):
    one, body = read(bytes_of(case.data), closes=case.closes, method=case.method)
    assert (one.head.status, body, one.ended) == (case.status, case.body, True)
    assert not one.surplus


@pytest.mark.parametrize("case", list(responses.hostile()), ids=attrgetter("kind"))
def test_hostile_answers_byte_by_byte(case):
    with pytest.raises(Failure) as failed:
        read(bytes_of(case.data), closes=case.closes, method=case.method, upgrade=case.upgrade)
    expected = FailureKind.CLOSED if case.closes else FailureKind.BROKEN
    assert failed.value.kind is expected


@pytest.mark.parametrize("case", list(responses.surplus()), ids=attrgetter("kind"))
def test_surplus_is_kept_apart(case):
    one, body = read([case.data, b"later"], method=case.method)
    assert (body, one.ended, one.leaves_silence()) == (case.body, True, False)
    assert case.data.endswith(one.surplus.removesuffix(b"later"))
    assert one.surplus.endswith(b"later")


def test_a_head_is_kept_as_it_was_written():
    raw = b"SeT-Cookie: a\r\nHost:x \r\nset-cookie:\t\xff\r\nA:\r\n"
    one, _ = read([b"HTTP/1.0 299 So  so\r\n" + raw + b"\r\n"])
    head = one.head
    assert (head.status, head.line.reason, head.version) == (299, b"So  so", (1, 0))
    assert (head.framing, head.length, head.keep_alive) == (UNTIL_CLOSE, None, False)
    assert (head.kept, head.known) == (raw, {})
    assert type(head.kept) is bytes


@pytest.mark.parametrize(
    ("line", "method", "framing", "length"),
    [
        (b"Content-Length: 5", "GET", 5, 5),
        (b"Content-Length: 5", "HEAD", None, 5),
        (b"Transfer-Encoding: chunked", "GET", CHUNKED, None),
        (b"Transfer-Encoding: chunked", "HEAD", None, None),
        (b"A: b", "GET", UNTIL_CLOSE, None),
        (b"A: b", "HEAD", None, None),
    ],
)
def test_framings(line, method, framing, length):
    head = read([OK + line + b"\r\n\r\n"], method=method)[0].head
    assert (head.framing, head.keep_alive) == (framing, True)
    assert (head.length and head.length.value) == length
    assert head.kept == (b"A: b\r\n" if line == b"A: b" else b"")


def test_interims_come_with_the_final_head():
    interim = b"HTTP/1.1 103 Early\r\nLink: <%d>\r\n\r\n"
    one, _ = read([interim % 1 + interim % 2 + OK + b"Content-Length: 0\r\n\r\n"])
    head = one.head
    assert one.interims == head.interims
    assert [one.kept for one in head.interims] == [b"Link: <1>\r\n", b"Link: <2>\r\n"]


def test_interims_are_bounded():
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert len(read([interim * MAX_INTERIMS])[0].interims) == MAX_INTERIMS
    with pytest.raises(Failure):
        read([interim * (MAX_INTERIMS + 1)])


@pytest.mark.parametrize("offered", [b"websocket", b"other, WebSocket"])
def test_a_101_to_what_was_asked_for(offered):
    switch = b"HTTP/1.1 101 Go\r\nConnection: x, Upgrade\r\nUpgrade: websocket\r\n\r\n"
    one, body = read([switch + b"fra", b"me"], upgrade=offered)
    assert (one.head.status, one.head.framing, one.ended) == (101, None, True)
    assert (body, one.surplus) == (b"", b"frame")


def test_an_upgrade_may_be_declined():
    one, body = read([OK + b"Content-Length: 2\r\n\r\nhi"], upgrade=b"websocket")
    assert (body, one.leaves_silence()) == (b"hi", True)


def test_trailers_are_kept():
    one, body = read(bytes_of(OK + CODED + b"2\r\nhi\r\n0\r\nX-Sum: \t1 \r\nx-b:\r\n\r\n"))
    assert (body, one.trailers) == (b"hi", [(b"X-Sum", b"1"), (b"x-b", b"")])
    assert read([OK + b"Content-Length: 0\r\n\r\n"])[0].trailers == []


def test_a_close_after_the_end_says_nothing_new():
    one = parser()
    one.feed(OK + b"Content-Length: 0\r\n\r\n")
    one.eof()
    assert one.ended
