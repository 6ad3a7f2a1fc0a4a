import pytest

from ingress.proxy.downstream.body import BodyFeed
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import CHUNKED


@pytest.mark.parametrize("framing", [None, 0])
def test_no_body_is_complete_from_the_start(framing):
    assert BodyFeed(framing).complete


def test_a_sized_body_ends_after_its_last_byte():
    body = BodyFeed(5)
    assert body.feed(b"hel") == (b"hel", b"")
    assert not body.complete
    assert body.feed(b"loGET") == (b"lo", b"GET")
    assert body.complete


def test_a_chunked_body_and_its_trailers():
    body = BodyFeed(CHUNKED, max_trailer_bytes=100)
    raw = b"05;a=b\r\nhello\r\n000\r\nX: y\r\n\r\nGET"
    assert body.feed(raw) == (b"hello", b"GET")
    assert body.complete
    assert body.trailers == [(b"X", b"y")]


def test_a_broken_one_is_the_clients_doing():
    with pytest.raises(Failure) as caught:
        BodyFeed(CHUNKED, max_trailer_bytes=100).feed(b"x\r\n")
    assert caught.value.kind is FailureKind.BAD_REQUEST
