import pytest

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.inbox import Inbox
from ingress.proxy.upstream.parser import ResponseParser

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


def inbox(*, upgrade=b""):
    parser = ResponseParser("GET", 1000)
    parser.upgrade = upgrade
    return Inbox(parser)


def test_what_arrives_is_kept_until_it_is_taken():
    box = inbox()
    assert (box.head, box.leaves_silence) == (None, False)
    box.feed(HEAD[:5])
    assert box.head is None
    box.feed(HEAD[5:] + b"g")
    assert (box.head.status, box.size, box.ended) == (200, 1, False)
    box.feed(b"oo")
    assert (box.take(), box.size, box.take()) == (b"goo", 0, b"")
    box.feed(b"d")
    assert (box.take(), box.ended, box.leaves_silence) == (b"d", True, True)


@pytest.mark.parametrize(
    "data",
    [HEAD + b"good!", HEAD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + b"good", HEAD],
)
def test_a_connection_that_is_not_silent(data):
    box = inbox()
    box.feed(data)
    assert not box.leaves_silence


def test_a_tunnel_is_not_silent():
    box = inbox(upgrade=b"x")
    box.feed(b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nframe")
    assert (box.switched, box.ended, box.surplus) == (True, True, b"frame")
    assert not box.leaves_silence


def test_a_close_ends_or_breaks():
    box = inbox()
    box.feed(b"HTTP/1.1 200 OK\r\n\r\nbody")
    box.eof()
    assert (box.ended, box.take()) == (True, b"body")
    box = inbox()
    box.feed(HEAD)
    with pytest.raises(Failure) as failed:
        box.eof()
    assert failed.value.kind is FailureKind.CLOSED
