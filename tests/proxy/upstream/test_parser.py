from operator import attrgetter

import pytest
from wire import responses

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.messages import CHUNKED, UNTIL_CLOSE, ResponseHead
from ingress.proxy.upstream.parser import MAX_INTERIMS, End, ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"


def parser(method="GET", **options):
    return ResponseParser(method, max_header_bytes=65_536, **options)


def bytes_of(data):
    return (data[at : at + 1] for at in range(len(data)))


def read(pieces, *, closes=False, method="GET", **options):
    one = parser(method, **options)
    events = [event for piece in pieces for event in one.feed(piece)]
    return events + (one.eof() if closes else []), one.surplus


def body_of(events):
    return b"".join(event for event in events if isinstance(event, bytes))


@pytest.mark.parametrize("case", list(responses.legal()), ids=attrgetter("kind"))
def test_legal_answers_byte_by_byte(case):
    events, surplus = read(bytes_of(case.data), closes=case.closes, method=case.method)
    assert (events[0].status, body_of(events), events[-1]) == (case.status, case.body, End.END)
    assert not surplus


@pytest.mark.parametrize("case", list(responses.hostile()), ids=attrgetter("kind"))
def test_hostile_answers_byte_by_byte(case):
    with pytest.raises(Failure) as failed:
        read(bytes_of(case.data), closes=case.closes, method=case.method, upgrade=case.upgrade)
    expected = FailureKind.CLOSED if case.closes else FailureKind.BROKEN
    assert failed.value.kind is expected


@pytest.mark.parametrize("case", list(responses.surplus()), ids=attrgetter("kind"))
def test_surplus_is_kept_apart(case):
    events, surplus = read([case.data, b"later"], method=case.method)
    assert (body_of(events), events[-1]) == (case.body, End.END)
    assert case.data.endswith(surplus.removesuffix(b"later"))
    assert surplus.endswith(b"later")


def test_a_head_is_kept_as_it_was_written():
    lines = [(b"SeT-Cookie", b"a"), (b"Host", b"x"), (b"set-cookie", b"\xff"), (b"A", b"")]
    raw = b"".join(b"%b: %b\r\n" % line for line in lines)
    events, _ = read([b"HTTP/1.0 299 So  so\r\n" + raw + b"\r\n"])
    assert events == [
        ResponseHead(
            status=299,
            reason=b"So  so",
            headers=lines,
            version=(1, 0),
            framing=UNTIL_CLOSE,
            content_length=None,
            keep_alive=False,
        )
    ]
    assert all(type(part) is bytes for line in events[0].headers for part in line)


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
    (head, *_), _ = read([OK + line + b"\r\n\r\n"], method=method)
    assert (head.framing, head.content_length, head.keep_alive) == (framing, length, True)


def test_interims_come_with_the_final_head():
    interim = b"HTTP/1.1 103 Early\r\nLink: <%d>\r\n\r\n"
    (head, *_), _ = read([interim % 1 + interim % 2 + OK + b"Content-Length: 0\r\n\r\n"])
    assert [one.headers for one in head.interims] == [[(b"Link", b"<1>")], [(b"Link", b"<2>")]]


def test_interims_are_bounded():
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert read([interim * MAX_INTERIMS]) == ([], b"")
    with pytest.raises(Failure):
        read([interim * (MAX_INTERIMS + 1)])


@pytest.mark.parametrize("offered", [b"websocket", b"other, WebSocket"])
def test_a_101_to_what_was_asked_for(offered):
    switch = b"HTTP/1.1 101 Go\r\nConnection: x, Upgrade\r\nUpgrade: websocket\r\n\r\n"
    events, surplus = read([switch + b"fra", b"me"], upgrade=offered)
    assert (events[0].status, events[0].framing, events[1:]) == (101, None, [End.END])
    assert surplus == b"frame"


def test_an_upgrade_may_be_declined():
    events, _ = read([OK + b"Content-Length: 2\r\n\r\nhi"], upgrade=b"websocket")
    assert events[1:] == [b"hi", End.END]


def test_a_close_after_the_end_says_nothing_new():
    one = parser()
    one.feed(OK + b"Content-Length: 0\r\n\r\n")
    assert one.eof() == []
