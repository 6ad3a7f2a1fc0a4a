"""What upstreams may say, by kind: hostile answers must get nowhere, legal ones must pass.

Shared by the tests of the upstream side and of the lanes, each of which sends every answer whole
and cut at every byte.
"""

from collections.abc import Iterator
from typing import NamedTuple

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


class Hostile(NamedTuple):
    """An answer that breaks the rules; ``closes``: the upstream closes behind it."""

    kind: str
    data: bytes
    method: str = "GET"
    upgrade: bytes = b""
    closes: bool = False


class Legal(NamedTuple):
    """An answer that must pass, and what must come of it; ``reused``: the connection lives on."""

    kind: str
    data: bytes
    body: bytes = b""
    status: int = 200
    method: str = "GET"
    closes: bool = False
    reused: bool = True


class Surplus(NamedTuple):
    """A whole, good answer, and bytes behind it that nobody asked for."""

    kind: str
    data: bytes
    body: bytes = b""
    method: str = "GET"


def hostile() -> Iterator[Hostile]:
    """Yield every hostile answer."""
    yield from _hostile_heads()
    yield from _hostile_status_lines()
    yield from _hostile_lengths()
    yield from _hostile_codings()
    yield from _hostile_chunks()
    yield from _hostile_trailers()
    yield from _hostile_statuses()
    yield from _cut_short()


def _hostile_heads() -> Iterator[Hostile]:
    body = b"Content-Length: 2\r\n\r\nhi"
    for head in (
        b"HTTP/1.1 200 OK\n" + body,
        b"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n" + body,
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nhi",
    ):
        yield Hostile("bare LF in the head", head)
    for head in (
        OK + b"A: b\rContent-Length: 0\r\n" + body,
        OK + b"A\r: b\r\n" + body,
        b"HTTP/1.1 200 O\rK\r\n" + body,
        OK + b"A: b\r\r\n" + body,
    ):
        yield Hostile("bare CR in the head", head)
    for fold in (b" c", b"\tc", b" ", b" Content-Length: 9"):
        yield Hostile("obs-fold", OK + b"A: b\r\n" + fold + b"\r\n" + body)
        yield Hostile("obs-fold", OK + fold + b"\r\n" + body)
    for space in (b" ", b"\t", b"\x0b", b"\xa0"):
        yield Hostile("white space before the colon", OK + b"A" + space + b": b\r\n" + body)
    yield Hostile("white space before the colon", OK + b"Content-Length : 2\r\n\r\nhi")
    yield Hostile("white space before the colon", OK + b"Transfer-Encoding : chunked\r\n" + body)
    for name in (b"", b"A B", b"A\x00B", b"\xc3\xa9", b"A(", b"A,B", b'"A"', b"A/B", b"A@"):
        yield Hostile("bad field name", OK + name + b": c\r\n" + body)
    yield Hostile("line without a colon", OK + b"Nonsense\r\n" + body)
    for byte in b"\x00\x01\x07\x08\x0b\x0c\x1b\x7f":
        yield Hostile("control character", OK + b"A: b%cc\r\n" % byte + body)
        yield Hostile("control character", b"HTTP/1.1 200 O%cK\r\n" % byte + body)
    yield Hostile("head too long", OK + b"A: " + b"b" * 70_000 + b"\r\n" + body)
    yield Hostile("head too long", OK + b"A: b\r\n" * 12_000 + body)


def _hostile_status_lines() -> Iterator[Hostile]:
    body = b"Content-Length: 2\r\n\r\nhi"
    for line in (
        b"HTTP/2.0 200 OK",
        b"HTTP/1.2 200 OK",
        b"HTTP/0.9 200 OK",
        b"HTTP/1.10 200 OK",
        b"HTTP/11 200 OK",
        b"http/1.1 200 OK",
        b"HTTP /1.1 200 OK",
        b"ICY 200 OK",
        b"SSH-2.0-OpenSSH_9.2",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"220 mail.example ESMTP",
    ):
        yield Hostile("no version of ours", line + b"\r\n" + body)
    for line in (
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1\t200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 2x0 OK",
        b"HTTP/1.1 000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1 -20 OK",
        b"HTTP/1.1 200\tOK",
        b"HTTP/1.1 OK",
        b"HTTP/1.1",
        b" HTTP/1.1 200 OK",
        b"\r\nHTTP/1.1 200 OK",
    ):
        yield Hostile("bad status line", line + b"\r\n" + body)


def _hostile_lengths() -> Iterator[Hostile]:
    for values in ((b"2", b"2"), (b"2", b"3"), (b"3", b"2"), (b"2", b"")):
        lines = b"".join(b"Content-Length: " + value + b"\r\n" for value in values)
        yield Hostile("more than one Content-Length", OK + lines + b"\r\nhi")
    for value in (b"2, 2", b"2,2", b"2, 3", b"2,", b",2"):
        yield Hostile("list of Content-Lengths", OK + b"Content-Length: " + value + b"\r\n\r\nhi")
    for value in (
        b"",
        b"+2",
        b"-2",
        b"2 0",
        b"0x2",
        b"2.0",
        b"2e0",
        b"2_0",
        b"\xd9\xa2",
        b"\xb2",
        b'"2"',
        b"2;",
        b"two",
    ):
        yield Hostile(
            "Content-Length is no number", OK + b"Content-Length: " + value + b"\r\n\r\nhi"
        )
    for digits in (19, 20, 21, 40, 4301):
        value = b"9" * digits
        yield Hostile("Content-Length too big", OK + b"Content-Length: " + value + b"\r\n\r\nhi")


def _hostile_codings() -> Iterator[Hostile]:
    chunks = b"2\r\nhi\r\n0\r\n\r\n"
    length = b"Content-Length: 12\r\n"
    yield Hostile("Transfer-Encoding with Content-Length", OK + CHUNKED + length + b"\r\n" + chunks)
    yield Hostile("Transfer-Encoding with Content-Length", OK + length + CHUNKED + b"\r\n" + chunks)
    old = b"HTTP/1.0 200 OK\r\n"
    yield Hostile("Transfer-Encoding in HTTP/1.0", old + CHUNKED + b"\r\n" + chunks)
    for value in (
        b"",
        b"identity",
        b"gzip",
        b"gzip, chunked",
        b"chunked, gzip",
        b"chunked, chunked",
        b"chunked, identity",
        b"xchunked",
        b"chunked;a=b",
        b'"chunked"',
        b"chunked,",
        b",chunked",
        b"chun ked",
        b"\x0bchunked",
    ):
        yield Hostile(
            "strange Transfer-Encoding", OK + b"Transfer-Encoding: " + value + b"\r\n\r\n" + chunks
        )
    yield Hostile("more than one Transfer-Encoding", OK + CHUNKED + CHUNKED + b"\r\n" + chunks)
    other = b"Transfer-Encoding: identity\r\n"
    yield Hostile("more than one Transfer-Encoding", OK + CHUNKED + other + b"\r\n" + chunks)
    yield Hostile("more than one Transfer-Encoding", OK + other + CHUNKED + b"\r\n" + chunks)


def _hostile_chunks() -> Iterator[Hostile]:
    head, last = OK + CHUNKED + b"\r\n", b"0\r\n\r\n"
    for body in (
        b"2\nhi\r\n" + last,
        b"2\r\nhi\n" + last,
        b"2\r\nhi\r\n0\n\r\n",
        b"2\r\nhi\r\n0\r\n\n",
        b"2;a\nb\r\nhi\r\n" + last,
        b"2\r\nhi\r\n0\n\n",
    ):
        yield Hostile("bare LF in a chunk", head + body)
    for body in (b"2\rhi\r\n", b"2;a\rb\r\nhi\r\n", b"2\r\r\nhi\r\n", b"2\r\nhi\r\r\n"):
        yield Hostile("bare CR in a chunk", head + body + last)
    for size in (
        b"",
        b"0x2",
        b"-2",
        b"+2",
        b"2h",
        b"g",
        b" 2",
        b"2 ",
        b"2\t",
        b"2,2",
        b"2.0",
        b"2_0",
        b"\xd9\xa2",
        b"'2'",
    ):
        yield Hostile("bad chunk size", head + size + b"\r\nhi\r\n" + last)
    for size in (b"1" + b"0" * 16, b"f" * 17, b"0" * 17 + b"2", b"f" * 100):
        yield Hostile("chunk size too big", head + size + b"\r\nhi\r\n" + last)
    for extension in (
        b";",
        b";;",
        b"; ",
        b";a=",
        b";=b",
        b";a=b=c",
        b';a="b',
        b";a b",
        b" a",
        b";a\x00",
        b";a\x0b",
        b";a=\x7f",
        b';a="\x01"',
        b"; a=b ",
    ):
        yield Hostile("bad chunk extension", head + b"2" + extension + b"\r\nhi\r\n" + last)
    yield Hostile("chunk line too long", head + b"2;a=" + b"b" * 5000 + b"\r\nhi\r\n" + last)
    for data in (b"hi!", b"h", b"", b"hi\r", b"hi0"):
        yield Hostile("chunk of another size", head + b"2\r\n" + data + b"\r\n" + last + b"zz")


def _hostile_trailers() -> Iterator[Hostile]:
    head = OK + CHUNKED + b"\r\n2\r\nhi\r\n0\r\n"
    for trailer in (
        b"A: b\n\r\n",
        b"A : b\r\n\r\n",
        b" A: b\r\n\r\n",
        b"A: b\r\n c\r\n\r\n",
        b"A\r\n\r\n",
        b"A: \x00\r\n\r\n",
        b"A: b\rc\r\n\r\n",
        b": b\r\n\r\n",
        b"A: b\r\n\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"Content-Length: 5\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n",
    ):
        yield Hostile("bad trailer", head + trailer)
    yield Hostile("trailers too long", head + b"A: " + b"b" * 70_000 + b"\r\n\r\n")
    yield Hostile("trailers too long", head + b"A: b\r\n" * 12_000 + b"\r\n")


def _hostile_statuses() -> Iterator[Hostile]:
    for status in (b"204 No Content", b"100 Continue", b"103 Early Hints"):
        line = b"HTTP/1.1 " + status + b"\r\n"
        rest = b"\r\n" + OK + b"Content-Length: 2\r\n\r\nhi"
        yield Hostile("body where none may be", line + b"Content-Length: 2\r\n" + rest)
        yield Hostile("body where none may be", line + CHUNKED + rest)
    switch = b"HTTP/1.1 101 Switching Protocols\r\n"
    websocket = b"Connection: upgrade\r\nUpgrade: websocket\r\n"
    yield Hostile("101 that nobody asked for", switch + b"\r\n")
    yield Hostile("101 that nobody asked for", switch + websocket + b"\r\n")
    nameless = switch + b"Connection: upgrade\r\nUpgrade:\r\n\r\nhello"
    yield Hostile("101 that nobody asked for", nameless)
    yield Hostile("101 to something else", nameless, upgrade=b"websocket")
    yield Hostile("101 to something else", nameless, upgrade=b"websocket, ,")
    for lines in (
        b"",
        b"Connection: upgrade\r\n",
        b"Upgrade: websocket\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
        b"Connection: upgrade\r\nUpgrade: websocket, h2c\r\n",
        websocket + b"Upgrade: websocket\r\n",
        websocket + b"Content-Length: 5\r\n",
        websocket + CHUNKED,
    ):
        yield Hostile("101 to something else", switch + lines + b"\r\nhello", upgrade=b"websocket")
    old = b"HTTP/1.0 101 Switching Protocols\r\n"
    yield Hostile("101 to something else", old + websocket + b"\r\n", upgrade=b"websocket")
    yield Hostile("interims without end", b"HTTP/1.1 102 Processing\r\n\r\n" * 20)


def _cut_short() -> Iterator[Hostile]:
    for data in (
        OK,
        OK + b"Content-Length: 5\r\n",
        OK + b"Content-Length: 5\r\n\r\n",
        OK + b"Content-Length: 5\r\n\r\nhell",
        OK + CHUNKED + b"\r\n",
        OK + CHUNKED + b"\r\n5\r\nhello",
        OK + CHUNKED + b"\r\n5\r\nhello\r\n",
        OK + CHUNKED + b"\r\n5\r\nhello\r\n0\r\n",
        OK + CHUNKED + b"\r\n5\r\nhello\r\n0\r\nA: b\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ):
        yield Hostile("cut short", data, closes=True)


def surplus() -> Iterator[Surplus]:
    """Yield good answers with more behind them: the next request must not get to see it."""
    evil = OK + b"Content-Length: 4\r\n\r\nevil"
    for behind in (evil, b"H", b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"\0" * 100):
        kind = "bytes behind the answer"
        yield Surplus(kind, OK + b"Content-Length: 2\r\n\r\nhi" + behind, b"hi")
        yield Surplus(kind, OK + CHUNKED + b"\r\n2\r\nhi\r\n0\r\n\r\n" + behind, b"hi")
        yield Surplus(kind, OK + b"Content-Length: 0\r\n\r\n" + behind)
        yield Surplus(kind, b"HTTP/1.1 204 No Content\r\n\r\n" + behind)
        yield Surplus(kind, b"HTTP/1.1 304 Not Modified\r\n\r\n" + behind)
        yield Surplus("body after HEAD", OK + b"Content-Length: 2\r\n\r\n" + behind, method="HEAD")


def legal() -> Iterator[Legal]:
    """Yield every legal answer."""
    yield from _legal_heads()
    yield from _legal_bodies()
    yield from _legal_chunks()
    yield from _legal_statuses()
    yield from _legal_closes()


def _legal_heads() -> Iterator[Legal]:
    body = b"Content-Length: 2\r\n\r\nhi"
    for line in (
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 \tAll  is \xe4\xf6\xfc well ",
    ):
        yield Legal("reasons", line + b"\r\n" + body, b"hi")
    for value in (
        b"b",
        b"\tb\t",
        b"  b  ",
        b"a\tb",
        b"",
        b" ",
        b"\xc3\xa9\xff",
        b'a, b; c="d"',
        b":",
    ):
        yield Legal("white space and values", OK + b"A:" + value + b"\r\n" + body, b"hi")
    repeated = b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nset-cookie: a=1\r\nA: 1\r\nA: 1\r\n"
    yield Legal("repeated fields", OK + repeated + body, b"hi")
    for name in (b"!#$%&'*+-.^_`|~09azAZ", b"x", b"Content-Length-X", b"X-Transfer-Encoding"):
        yield Legal("field names", OK + name + b": 1\r\n" + body, b"hi")
    yield Legal("long head", OK + b"A: " + b"b" * 30_000 + b"\r\n" + body, b"hi")
    yield Legal("many fields", OK + b"A: b\r\n" * 1000 + body, b"hi")


def _legal_bodies() -> Iterator[Legal]:
    for length in (b"2", b"02", b"0000002", b"\t2 "):
        yield Legal("Content-Length", OK + b"Content-Length: " + length + b"\r\n\r\nhi", b"hi")
    yield Legal("Content-Length", OK + b"content-LENGTH:0\r\n\r\n")
    lookalike = b"HTTP/1.1 500 No\r\n\r\n\n\n\0\r\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(lookalike)
    yield Legal("any bytes in a body", OK + length + lookalike, lookalike)
    for name in (b"Content-Length: 2\r\n", CHUNKED, b""):
        yield Legal("HEAD", OK + name + b"\r\n", method="HEAD")


def _legal_chunks() -> Iterator[Legal]:
    head, last = OK + CHUNKED + b"\r\n", b"0\r\n\r\n"
    for body in (
        b"2\r\nhi\r\n",
        b"1\r\nh\r\n1\r\ni\r\n",
        b"02\r\nhi\r\n",
        b"0000000000000002\r\nhi\r\n",
    ):
        yield Legal("chunks", head + body + last, b"hi")
    yield Legal("chunks", head + last)
    yield Legal("chunks", head + b"aB\r\n" + b"x" * 0xAB + b"\r\n000\r\n\r\n", b"x" * 0xAB)
    yield Legal("chunks", head + b"4\r\n\r\n\r\n\r\n" + last, b"\r\n\r\n")
    for value in (b"chunked", b"Chunked", b"CHUNKED", b"\tchunked "):
        coding = b"transfer-encoding:" + value + b"\r\n\r\n"
        yield Legal("spellings of chunked", OK + coding + b"2\r\nhi\r\n" + last, b"hi")
    for extension in (b";a", b";a=b", b' ;\ta = "b;\\"\xff"', b";a;b;c=d", b";a=" + b"b" * 1000):
        chunk = b"2" + extension + b"\r\nhi\r\n0" + extension + b"\r\n\r\n"
        yield Legal("chunk extensions", head + chunk, b"hi")
    for trailers in (b"A: b\r\n", b"A:\tb\r\nA: \xff\r\nExpires: never\r\n", b"A:\r\n"):
        yield Legal("trailers", head + b"2\r\nhi\r\n0\r\n" + trailers + b"\r\n", b"hi")


def _legal_statuses() -> Iterator[Legal]:
    final = OK + b"Content-Length: 2\r\n\r\nhi"
    for interim in (
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
        b"HTTP/1.1 199 Own\r\n\r\n",
        b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 \r\nLink: <b>\r\n\r\nHTTP/1.1 103 \r\n\r\n",
    ):
        yield Legal("interims", interim + final, b"hi")
    for line in (b"204 No Content", b"304 Not Modified"):
        status, head = int(line[:3]), b"HTTP/1.1 " + line + b"\r\n"
        yield Legal("no body", head + b"\r\n", status=status)
        yield Legal("no body", head + b"Content-Length: 0\r\n\r\n", status=status)
    head = b"HTTP/1.1 304 Not Modified\r\n"
    yield Legal("no body", head + b"Content-Length: 99\r\n\r\n", status=304)
    yield Legal("no body", head + CHUNKED + b"\r\n", status=304)
    for status in (201, 205, 301, 404, 418, 500, 599, 999):
        head = b"HTTP/1.1 %d Such\r\nContent-Length: 2\r\n\r\nhi" % status
        yield Legal("statuses", head, b"hi", status)


def _legal_closes() -> Iterator[Legal]:
    for line in (OK, b"HTTP/1.0 200 OK\r\n"):
        yield Legal("body until close", line + b"\r\nhi", b"hi", closes=True, reused=False)
        yield Legal("body until close", line + b"A: b\r\n\r\n", closes=True, reused=False)
    body = b"Content-Length: 2\r\n\r\nhi"
    for option in (b"close", b"Close", b"x, close", b"close,", b"keep-alive, CLOSE"):
        head = OK + b"Connection: " + option + b"\r\n"
        yield Legal("Connection: close", head + body, b"hi", reused=False)
    yield Legal("Connection: keep-alive", OK + b"Connection: Keep-Alive\r\n" + body, b"hi")
    old = b"HTTP/1.0 200 OK\r\n"
    yield Legal("HTTP/1.0", old + body, b"hi", reused=False)
    yield Legal("HTTP/1.0", old + b"Connection: keep-alive\r\n" + body, b"hi", reused=False)
