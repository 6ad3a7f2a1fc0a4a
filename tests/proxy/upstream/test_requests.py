import pytest

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE
from ingress.proxy.upstream.requests import RequestBody, check_line, encode_head


def head(method="GET", target="/", *, fields=b"", framing=None, upgrade=b""):
    return encode_head(method, target, fields, framing, upgrade)


def test_a_head_is_what_it_was_told():
    fields = b"Host: a\r\nB:2 \r\na:\r\nB: \xff\r\n"
    expected = b"PURGE /%61//b?? HTTP/1.1\r\n" + fields + b"\r\n"
    assert head("PURGE", "/%61//b??", fields=fields) == expected


@pytest.mark.parametrize(
    ("framing", "line"),
    [
        (None, b""),
        (0, b"Content-Length: 0\r\n"),
        (7, b"Content-Length: 7\r\n"),
        (CHUNKED, b"Transfer-Encoding: chunked\r\n"),
    ],
)
def test_framing_is_one_line_of_ours(framing, line):
    assert head("PUT", framing=framing) == b"PUT / HTTP/1.1\r\n" + line + b"\r\n"


@pytest.mark.parametrize("framing", [UNTIL_CLOSE, -1])
def test_a_request_has_no_other_framing(framing):
    with pytest.raises(Failure):
        head(framing=framing)


def test_an_upgrade_is_asked_for_in_our_words():
    expected = b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert head(upgrade=b"websocket") == expected
    framed = head(fields=b"A: b\r\n", framing=2, upgrade=b"websocket")
    assert framed == expected.replace(b"Conn", b"A: b\r\nConn")[:-2] + b"Content-Length: 2\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("", "/"),
        ("G T", "/"),
        ("G\r\n", "/"),
        ("CONNECT", "a:1"),
        ("GET", ""),
        ("GET", "/ "),
        ("GET", "/\t"),
        ("GET", "/\r\nA: b"),
        ("GET", "/\0"),
        ("GET", "/\x7f"),
    ],
)
def test_request_lines_that_could_be_read_in_two_ways(method, target):
    with pytest.raises(Failure) as failed:
        check_line(method, target)
    assert failed.value.kind is FailureKind.BAD_REQUEST


def test_a_sized_body_is_complete_with_its_last_byte():
    body = RequestBody(5)
    assert (body.complete, body.piece(b"hel"), body.complete) == (False, b"hel", False)
    assert (body.piece(b"lo"), body.complete, body.end()) == (b"lo", True, b"")


def test_a_chunked_body_is_complete_with_its_end():
    body = RequestBody(CHUNKED)
    assert body.piece(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    # An empty chunk would end the body.
    assert (body.piece(b""), body.complete) == (b"", False)
    assert (body.end(), body.complete, body.end()) == (b"0\r\n\r\n", True, b"")
    with pytest.raises(Failure):
        body.piece(b"more")


@pytest.mark.parametrize("framing", [None, 0])
def test_no_body_is_complete_at_once(framing):
    body = RequestBody(framing)
    assert (body.complete, body.end()) == (True, b"")
    with pytest.raises(Failure):
        body.piece(b"x")


def test_a_body_is_held_to_its_length():
    with pytest.raises(Failure):
        RequestBody(2).piece(b"123")
    with pytest.raises(Failure):
        RequestBody(2).end()
