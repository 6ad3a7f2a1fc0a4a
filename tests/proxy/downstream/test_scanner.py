import pytest

from ingress.proxy.downstream.scanner import HeadScanner
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import Sieve

RAW = b"GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n"


def new(**sieve):
    return HeadScanner(Sieve(**sieve), max_bytes=100)


def test_a_head_is_found_wherever_it_is_cut():
    for cut in range(len(RAW)):
        scanner = new()
        assert scanner.feed(RAW[:cut]) is None
        assert scanner.waiting == bool(cut)
        assert scanner.feed(RAW[cut:]).head.target == "/a"
        assert not scanner.waiting


def test_what_comes_behind_a_head_is_left():
    scanner = new()
    scanner.feed(RAW + b"hello")
    assert scanner.rest == b"hello"


def test_one_empty_line_is_skipped_before_each_request_wherever_it_is_cut():
    for cut in range(4):
        scanner = new()
        for _ in range(2):
            data = b"\r\n" + RAW
            assert feed_all(scanner, (data[:cut], data[cut:]))[-1]
            scanner.rest = b""


def test_a_second_empty_line_is_refused_wherever_it_is_cut():
    data = b"\r\n\r\n" + RAW
    for cut in range(len(data)):
        scanner = new()
        with pytest.raises(Failure):
            feed_all(scanner, (data[:cut], data[cut:]))


def feed_all(scanner, parts):
    return [scanner.feed(part) for part in parts if part]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"GET / HTTP/1.1\n", FailureKind.BAD_REQUEST),
        (b"\x16\x03\x01", FailureKind.BAD_REQUEST),
        (b"GET / HTTP/1.1\rX", FailureKind.BAD_REQUEST),
        (b"GET /\r\n", FailureKind.BAD_REQUEST),
        (b"PRI * HTTP/2.0\r\n", FailureKind.BAD_VERSION),
        (b"CONNECT / HTTP/1.1\r\n", FailureKind.NOT_CARRIED),
        (b"GET /" + b"a" * 100, FailureKind.TARGET_TOO_LONG),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 100, FailureKind.HEADER_TOO_LARGE),
    ],
)
def test_what_cannot_become_a_good_head_is_refused_before_its_end(start, kind):
    with pytest.raises(Failure) as caught:
        new().feed(start)
    assert caught.value.kind is kind


def test_a_body_is_not_scanned():
    scanner = new()
    raw = RAW.replace(b"\r\n\r\n", b"\r\nContent-Length: 99\r\n\r\n")
    assert scanner.feed(raw + b"\0\n\r" * 33).framing == 99


def test_what_is_dropped_does_not_go_on_wherever_the_head_is_cut():
    raw = RAW.replace(b"\r\n\r\n", b"\r\nTE: a\r\nX: b\r\n\r\n")
    for cut in range(len(raw)):
        scanner = new(dropped={"te"})
        head = feed_all(scanner, (raw[:cut], raw[cut:]))[-1].head
        assert (head.kept, head.known["te"]) == (b"Host: a.test\r\nX: b\r\n", [b"a"])
