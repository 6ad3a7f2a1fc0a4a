"""Hostile requests of every kind, each with a second one behind it."""

from collections.abc import Iterator

from wire.requests import GET, HOST, MAX_HEAD, POST, SECOND, Hostile


def hostile() -> Iterator[Hostile]:
    """Yield every hostile request, each with a second one behind it."""
    for family in (_codings, _lengths, _lines, _fields, _chunks, _hosts, _targets, _starts, _sizes):
        for case in family():
            yield case._replace(raw=case.raw + SECOND)


def _codings() -> Iterator[Hostile]:
    body = b"0\r\n\r\n"
    for first, second in ((b"Content-Length: 5", b"Transfer-Encoding: chunked"),) * 1:
        yield Hostile("TE and CL", POST + first + b"\r\n" + second + b"\r\n\r\n" + body)
        yield Hostile("TE and CL", POST + second + b"\r\n" + first + b"\r\n\r\n" + body)
    odd = (b"gzip, chunked", b"chunked, chunked", b"chunked, gzip", b"xchunked", b"chunkedx")
    odd += (b"identity", b"chunked, identity", b"", b"chunked;q=1", b'"chunked"', b"chunked,")
    odd += (b",chunked", b"gzip", b"chunk", b"\x0bchunked", b"chunked\x0b", b"\xa0chunked")
    for coding in odd:
        raw = POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + body
        yield Hostile("transfer coding", raw, (400, 501))
        yield Hostile("TE and CL", raw.replace(HOST, HOST + b"Content-Length: 5\r\n"), (400, 501))
    twice = b"Transfer-Encoding: chunked\r\n"
    yield Hostile("TE twice", POST + twice * 2 + b"\r\n" + body, (400, 501))
    yield Hostile("TE twice", POST + twice + b"Transfer-encoding: x\r\n\r\n" + body, (400, 501))
    old = b"POST / HTTP/1.0\r\n" + HOST + twice
    yield Hostile("TE in HTTP/1.0", old + b"\r\n" + body)
    yield Hostile("TE in HTTP/1.0", old + b"Connection: keep-alive\r\n\r\n" + body)


def _lengths() -> Iterator[Hostile]:
    odd = (b"+5", b"-5", b"5,5", b"5, 5", b"5,6", b"0x5", b"5a", b"", b"5.0", b"1e1", b"5 5", b"_5")
    odd += (b"5_0", b'"5"', b"5;", b"\xb2", b"\xd9\xa5", b"5\t5", b"05x", b"\x0b5", b"5\x0c")
    for length in odd:
        yield Hostile("Content-Length", POST + b"Content-Length: " + length + b"\r\n\r\nhello")
    for first, second in ((b"5", b"5"), (b"5", b"6"), (b"0", b"5"), (b"5", b"")):
        lines = b"Content-Length: " + first + b"\r\ncontent-length: " + second + b"\r\n\r\n"
        yield Hostile("Content-Length twice", POST + lines + b"hello")
    for huge in (b"9" * 19, b"18446744073709551621", b"1" + b"0" * 30, b"0" * 25 + b"5"):
        raw = POST + b"Content-Length: " + huge + b"\r\n\r\nhello"
        yield Hostile("Content-Length beyond bounds", raw, (400, 413))


def _lines() -> Iterator[Hostile]:
    good = b"POST / HTTP/1.1\r\nHost: a.test\r\nX: y\r\nContent-Length: 5\r\n\r\n"
    ends = [at for at in range(len(good)) if good[at : at + 2] == b"\r\n"]
    for end in ends:
        for name, bad in (("LF", b"\n"), ("CR", b"\r"), ("CR", b"\r\r\n"), ("LF", b"\n\r")):
            raw = good[:end] + bad + good[end + 2 :]
            yield Hostile(f"bare {name}", raw + b"hello")
    for at in range(0, len(good), 3):
        for bad in (b"\n", b"\r", b"\0"):
            if b"\r\n" not in good[at - 1 : at + 1]:
                yield Hostile("line end inside", good[:at] + bad + good[at:] + b"hello", (400, 501))
    for space in (b" ", b"\t", b"  "):
        yield Hostile("obs-fold", GET + b"X: a\r\n" + space + b"b\r\n\r\n")
        yield Hostile("obs-fold", GET + b"X: a\r\n" + space + b"\r\n\r\n")
        yield Hostile("obs-fold", POST + b"Transfer-Encoding:\r\n" + space + b"chunked\r\n\r\n")
        yield Hostile("white space first", b"GET / HTTP/1.1\r\n" + space + HOST + b"\r\n")
        yield Hostile("white space first", b"GET / HTTP/1.1\r\n" + space + b"\r\n" + HOST + b"\r\n")


def _fields() -> Iterator[Hostile]:
    for code in (*range(9), 11, 12, *range(14, 32), 127):
        byte = bytes((code,))
        yield Hostile("control character", GET + b"X: a" + byte + b"b\r\n\r\n")
        yield Hostile("control character", GET + b"X" + byte + b"Y: a\r\n\r\n")
        yield Hostile("control character", b"GET /" + byte + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    for byte in (b" ", b"(", b")", b"<", b"@", b",", b";", b"\\", b'"', b"/", b"[", b"{", b"\xff"):
        yield Hostile("name that is no token", GET + b"X" + byte + b"Y: a\r\n\r\n")
    for space in (b" ", b"\t"):
        yield Hostile("space before colon", GET + b"X" + space + b": a\r\n\r\n")
        coding = b"Transfer-Encoding" + space + b": chunked\r\n\r\n0\r\n\r\n"
        yield Hostile("space before colon", POST + coding)
        yield Hostile("space before colon", POST + b"Content-Length" + space + b": 5\r\n\r\nhello")
    for line in (b": a", b"X", b"", b"=", b"\xe2\x80\xa8: a"):
        if line:
            yield Hostile("no field line", GET + line + b"\r\n\r\n")
    yield Hostile("twice", GET + b"Content-Type: a/b\r\nContent-Type: a/c\r\n\r\n")
    draft = b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key1: 4\r\n\r\n12345678"
    yield Hostile("unframed", GET + draft)
    yield Hostile("expectation", POST + b"Expect: magic\r\n\r\n", (417,))


def _chunks() -> Iterator[Hostile]:
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    sizes = (b"+5", b"-5", b"0x5", b" 5", b"5 ", b"\t5", b"5\t", b"", b"g", b"5g", b"5.0", b"0_5")
    sizes += (b"f" * 17, b"1" + b"0" * 16, b"10000000000000005", b"\xd9\xa5", b"5,", b"5\0", b"5 5")
    for size in sizes:
        yield Hostile("chunk size", head + size + b"\r\nhello\r\n0\r\n\r\n")
    for line in (b"5\n", b"5\r", b"5\r\r\n", b"5;a\n", b"5;a=b\r", b"5;\n\r\n", b"5;a=\nb\r\n"):
        yield Hostile("chunk line end", head + line + b"hello\r\n0\r\n\r\n")
    for line in (
        b"5;",
        b"5; ",
        b"5;=b",
        b"5;a=",
        b'5;a="b',
        b"5;a=b c",
        b"5;a\x00",
        b"5;a,b",
        b"5;;",
    ):
        yield Hostile("chunk extension", head + line + b"\r\nhello\r\n0\r\n\r\n")
    yield Hostile(
        "chunk extension too long", head + b"5;a=" + b"b" * 9000 + b"\r\nhello\r\n0\r\n\r\n"
    )
    for end in (b"", b"\n", b"\r", b"x\r\n", b" \r\n", b"\r\n\r\n", b"\n\r"):
        yield Hostile("chunk end", head + b"5\r\nhello" + end + b"0\r\n\r\n")
    for trailer in (b"X : a\r\n", b" X: a\r\n", b"X\r\n", b"X: a\n", b"X: a\0\r\n", b": a\r\n"):
        yield Hostile("trailer", head + b"0\r\n" + trailer + b"\r\n")
    for trailer in (b"X: a\r\n b\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"):
        yield Hostile("trailer", head + b"0\r\n" + trailer + b"\r\n")
    yield Hostile("trailer too long", head + b"0\r\nX: " + b"a" * (MAX_HEAD + 10) + b"\r\n\r\n")
    for end in (b"0\n\n", b"0\r\n\n", b"0\r\r\n", b"00000000000000000\r\n\r\n"):
        yield Hostile("last chunk", head + b"5\r\nhello\r\n" + end)


def _hosts() -> Iterator[Hostile]:
    line = b"GET / HTTP/1.1\r\n"
    yield Hostile("no Host", line + b"\r\n")
    yield Hostile("no Host", line + b"X: a\r\n\r\n")
    for second in (HOST, b"host: b.test\r\n", b"HOST: \r\n"):
        yield Hostile("Host twice", line + HOST + second + b"\r\n")
        yield Hostile("Host twice", b"GET / HTTP/1.0\r\n" + HOST + second + b"\r\n")
    bad = (b"", b" ", b"a b", b"a.test, b.test", b"a@b", b"u:p@a.test", b"a.test:x", b"a.test:-1")
    bad += (b"a.test:99999", b"a.test:80:80", b"a..test", b"/a", b"a/b", b"a.test/", b"a?b", b"a#b")
    bad += (b"a.test\\b", b"[::1", b"::1", b"[::1]x", b"[zz]", b"%61.test", b"a_b\xff", b".", b".a")
    bad += (
        b"http://a.test",
        b"a" * 256,
        b"-",
        b"a,b",
        b"*",
        b"a;b",
        b"a'b",
        b'"a"',
        b"<a>",
        b"a:80;",
    )
    for host in bad:
        yield Hostile("Host", line + b"Host: " + host + b"\r\n\r\n")


def _targets() -> Iterator[Hostile]:
    for target in (
        b"http://b.test/", b"http://a.test:81/", b"https://b.test/", b"http://u@a.test/",
        b"http:///", b"http://", b"http:/a", b"HTTP://b.test", b"ftp://a.test/", b"//a.test",
        b"http://a.test\\@b.test/", b"http://a.test:x/", b"http://a.test#b",
    ):  # fmt: skip
        if target != b"//a.test":
            yield Hostile("absolute-form", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    for target in (
        b"/a#b",
        b"#",
        b"/#",
        b"/?#",
        b"a",
        b"a/b",
        b"?a",
        b"a.test:80",
        b"*",
        b"\\",
        b".",
    ):
        yield Hostile("target", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    for target in (b"/%", b"/%1", b"/%zz", b"/%2", b"/a%", b"/%%31", b"/%u0041"):
        yield Hostile("percent triplet", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    for target in (b"/\xff", b"/\xc3\xa9", b"/?\xc3\xa9", b"/\x80", b"/\xa0"):
        yield Hostile("target above ASCII", b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    yield Hostile("OPTIONS *", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", (501,))
    for target in (b"a.test:443", b"/", b"http://a.test/"):
        raw = b"CONNECT " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n"
        yield Hostile("CONNECT", raw, (400, 501))


def _starts() -> Iterator[Hostile]:
    rest = HOST + b"\r\n"
    for method in (b"", b"G@T", b"G(T", b"G:T", b"\xe9", b"GET\xc2\xa0", b'"GET"'):
        yield Hostile("method that is no token", method + b" / HTTP/1.1\r\n" + rest)
    for line in (b"GET  / HTTP/1.1", b"GET /  HTTP/1.1", b" GET / HTTP/1.1", b"GET\t/ HTTP/1.1"):
        yield Hostile("request line", line + b"\r\n" + rest)
    for line in (b"GET /\tHTTP/1.1", b"GET / HTTP/1.1 ", b"GET / HTTP/1.1\t", b"GET / a HTTP/1.1"):
        yield Hostile("request line", line + b"\r\n" + rest)
    for line in (
        b"GET",
        b"GET ",
        b"GET /",
        b"GET / ",
        b"/",
        b"GET\x00/ HTTP/1.1",
        b"GET / HTTP/1.1\0",
    ):
        yield Hostile("request line", line + b"\r\n" + rest)
    yield from _versions(rest)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield Hostile("HTTP/2 preface", preface, (400, 505))
    yield Hostile(
        "TLS on a clear port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40
    )
    yield Hostile("empty lines", b"\r\n\r\n" + GET + b"\r\n")
    yield Hostile("empty lines", b"\n" + GET + b"\r\n")
    yield Hostile("empty lines", b"\r" + GET + b"\r\n")


def _versions(rest: bytes) -> Iterator[Hostile]:
    for version in (
        b"http/1.1",
        b"HTTP/1",
        b"HTTP/1.",
        b"HTTP/.1",
        b"HTTP/11",
        b"HTTP/1.10",
        b"1.1",
    ):
        yield Hostile("version", b"GET / " + version + b"\r\n" + rest)
    for version in (
        b"HTTP/01.1",
        b"HTTP/1.1.1",
        b"HTTP /1.1",
        b"HTTP/ 1.1",
        b"ICE/1.0",
        b"HTTP/x.y",
    ):
        yield Hostile("version", b"GET / " + version + b"\r\n" + rest)
    for version in (b"HTTP/1.2", b"HTTP/1.9", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/3.0", b"HTTP/0.0"):
        yield Hostile("version", b"GET / " + version + b"\r\n" + rest, (400, 505))


def _sizes() -> Iterator[Hostile]:
    long = b"a" * MAX_HEAD
    yield Hostile("long target", b"GET /" + long + b" HTTP/1.1\r\n" + HOST + b"\r\n", (414,))
    yield Hostile("long target", b"GET /" + long, (414,))
    yield Hostile("long method", long + b" / HTTP/1.1\r\n" + HOST + b"\r\n", (414, 501))
    yield Hostile("long field", GET + b"X: " + long + b"\r\n\r\n", (431,))
    yield Hostile("long field", GET + long + b": x\r\n\r\n", (431,))
    yield Hostile("long head", GET + b"X-Some: thing\r\n" * 700 + b"\r\n", (431,))
    yield Hostile("many fields", GET + b"X: y\r\n" * 300 + b"\r\n", (431,))
