"""Requests to be read off the wire: what each has to lead to, and legal ones that look odd.

Behind each hostile request (``wire.hostile_requests``) comes ``SECOND``: a proxy that reads the
first one's end differently from its upstream lets that one through.
"""

from collections.abc import Iterator
from typing import NamedTuple

HOST = b"Host: a.test\r\n"
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n"
MAX_HEAD = 8192
"""The ``max_header_bytes`` that these requests are made for."""

POST = b"POST / HTTP/1.1\r\n" + HOST
GET = b"GET / HTTP/1.1\r\n" + HOST


class Hostile(NamedTuple):
    """A request that has to be refused with one of ``statuses``, and the connection closed."""

    kind: str
    raw: bytes
    statuses: tuple[int, ...] = (400,)


class Legal(NamedTuple):
    """A request that has to go through as ``method target body``."""

    kind: str
    raw: bytes
    method: bytes = b"GET"
    target: bytes = b"/"
    body: bytes = b""


def strange_methods() -> Iterator[Legal]:
    """Yield methods that only the express lane carries: llhttp does not know them."""
    for method in (b"get", b"Get", b"FOO", b"GETX", b"G-T", b"_", b"!", b"GET" * 8):
        yield Legal("any method", method + b" / HTTP/1.1\r\n" + HOST + b"\r\n", method)


def legal() -> Iterator[Legal]:
    """Yield legal requests that a strict reader might take for hostile ones."""
    yield from _legal_heads()
    yield from _legal_bodies()


def _legal_heads() -> Iterator[Legal]:
    yield Legal("plain", GET + b"\r\n")
    yield Legal("tabs as white space", GET + b"X:\t a\tb \t\r\n\r\n")
    yield Legal("no white space", b"GET / HTTP/1.1\r\nHost:a.test\r\n\r\n")
    yield Legal("empty value", GET + b"X:\r\nY: \r\n\r\n")
    yield Legal("repeated fields", GET + b"X: a\r\nX: b\r\nx: c\r\nCookie: a\r\nCookie: b\r\n\r\n")
    yield Legal("bytes above ASCII", GET + b"X: \xff\xfe caf\xe9\r\n\r\n")
    yield Legal("odd names", GET + b"!#$%&'*+-.^_`|~09: a\r\n\r\n")
    yield Legal("Host with port", b"GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n")
    yield Legal("Host in capitals", b"GET / HTTP/1.1\r\nHOST: A.TEST.\r\n\r\n")
    yield Legal("IPv6 Host", b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")
    yield Legal("HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n")
    yield Legal("HTTP/1.0 with Host", b"GET / HTTP/1.0\r\n" + HOST + b"\r\n")
    yield Legal(
        "HTTP/1.0 kept alive", b"GET / HTTP/1.0\r\n" + HOST + b"Connection: Keep-Alive\r\n\r\n"
    )
    yield Legal("empty line first", b"\r\n" + GET + b"\r\n")
    yield Legal("Expect without a body", GET + b"Expect: 100-continue\r\n\r\n")
    yield Legal("Connection names", GET + b"Connection: close, X\r\nX: a\r\n\r\n")
    yield Legal(
        "an upgrade that nobody takes", GET + b"Connection: upgrade\r\nUpgrade: x/1\r\n\r\n"
    )
    yield Legal("h2c", GET + b"Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
    for method in (b"DELETE", b"OPTIONS", b"PATCH", b"PUT", b"PROPFIND", b"TRACE", b"M-SEARCH"):
        yield Legal("method", method + b" / HTTP/1.1\r\n" + HOST + b"\r\n", method)
    for target in (
        b"/?",
        b"/a?b",
        b"/a?b?c",
        b"/??",
        b"/%41?%zz",
        b"/a//b",
        b"/|{}^`",
        b"/a;b=c,d",
    ):
        sent = target.replace(b"%41", b"A")
        yield Legal("target", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n", target=sent)
    for target in (
        b"http://a.test/x",
        b"http://a.test:80/x",
        b"HTTP://A.test/x",
        b"https://a.test/x",
    ):
        yield Legal(
            "absolute-form", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n", target=b"/x"
        )
    yield Legal("absolute-form", b"GET http://a.test HTTP/1.1\r\n" + HOST + b"\r\n")
    yield Legal(
        "absolute-form", b"GET http://a.test?q HTTP/1.1\r\n" + HOST + b"\r\n", target=b"/?q"
    )
    raw = b"GET http://a.test/x HTTP/1.0\r\n\r\n"
    yield Legal("absolute-form in HTTP/1.0", raw, target=b"/x")
    path = b"/" + b"a" * (MAX_HEAD - 200)
    yield Legal("long target", b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n", target=path)


def _legal_bodies() -> Iterator[Legal]:
    sized = b"Content-Length: 5\r\n\r\nhello"
    yield Legal("sized", POST + sized, b"POST", body=b"hello")
    yield Legal("sized", POST + b"Content-Length: 00005\r\n\r\nhello", b"POST", body=b"hello")
    yield Legal("sized", POST + b"Content-Length:\t5 \t\r\n\r\nhello", b"POST", body=b"hello")
    yield Legal("sized", POST + b"Content-Length: 0\r\n\r\n", b"POST")
    yield Legal("no body", POST + b"\r\n", b"POST")
    yield Legal("GET with a body", GET + sized, body=b"hello")
    nested = POST + b"Content-Length: %d\r\n\r\n" % len(SECOND) + SECOND
    yield Legal("body of requests", nested, b"POST", body=SECOND)
    old = b"POST / HTTP/1.0\r\n" + HOST
    yield Legal("HTTP/1.0 with a body", old + sized, b"POST", body=b"hello")
    yield Legal("Expect", POST + b"Expect: 100-continue\r\n" + sized, b"POST", body=b"hello")
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for chunks in (
        b"5\r\nhello\r\n0\r\n\r\n",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"00005\r\nhello\r\n000\r\n\r\n",
        b'5;a;b=c;d="e;\\"f\t"\r\nhello\r\n0;x=y\r\n\r\n',
        b"5 ; a = b\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nX: a\r\nY:\tb \r\n\r\n",
    ):
        yield Legal("chunked", head + chunks, b"POST", body=b"hello")
    yield Legal("chunked", head + b"A\r\n0123456789\r\n0\r\n\r\n", b"POST", body=b"0123456789")
    capital = head.replace(b"chunked", b"Chunked")
    yield Legal("chunked in capitals", capital + b"0\r\n\r\n", b"POST")
    gzip = head.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    yield Legal("compressed", gzip + b"2\r\n\x1f\x8b\r\n0\r\n\r\n", b"POST", body=b"\x1f\x8b")
