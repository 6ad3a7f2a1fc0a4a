import pytest

from ingress.proxy.downstream.heads import METHODS, check_characters, read_request
from ingress.proxy.failures import Failure
from ingress.proxy.http1 import Sieve
from ingress.proxy.http1.messages import CHUNKED


def read(line, *fields, **sieve):
    raw = "\r\n".join([line, *fields, "", ""]).encode("latin-1")
    return read_request(raw, Sieve(**sieve))


def test_a_head_is_read_into_what_it_means():
    request = read("GET /a/./b%7e?c HTTP/1.1", "Host: A.Test:81", "X:\ta \t", "x: b")
    head = request.head
    assert (head.method, head.host, head.port, head.authority) == ("GET", "a.test", 81, "A.Test:81")
    assert (head.path, head.target, head.version) == ("/a/b~", "/a/b~?c", (1, 1))
    assert head.kept == b"Host: A.Test:81\r\nX:\ta \t\r\nx: b\r\n"
    assert head.known == {"host": [b"A.Test:81"]}
    assert (request.framing, request.expects_continue) == (None, False)


def test_the_lane_is_given_the_target_that_was_matched():
    request = read("GET http://a.test/x/../y?z HTTP/1.1", "Host: a.test")
    assert request.raw == b"GET /y?z HTTP/1.1\r\nHost: a.test\r\n\r\n"


def test_what_is_dropped_is_known_and_does_not_go_on():
    fields = ("Host: a.test", "Expect: 100-continue", "X: a")
    request = read("POST / HTTP/1.1", *fields, dropped={"expect"})
    assert request.expects_continue
    assert request.head.kept == b"Host: a.test\r\nX: a\r\n"


def test_http_1_0_needs_no_host_but_may_name_one_in_its_target():
    assert read("GET / HTTP/1.0").head.host == ""
    head = read("GET http://a.test:81/ HTTP/1.0").head
    assert (head.host, head.port, head.authority) == ("a.test", 81, "a.test:81")


@pytest.mark.parametrize(
    ("field", "framing"),
    [("Content-Length: 0", 0), ("Content-Length: 007", 7), ("Transfer-Encoding: CHUNKED", CHUNKED)],
)
def test_framing_is_a_length_or_chunks(field, framing):
    assert read("POST / HTTP/1.1", "Host: a", field).framing == framing


def test_only_http_1_1_can_wait_to_be_told_to_continue():
    expect = "Expect: 100-Continue"
    assert read("POST / HTTP/1.1", "Host: a", expect).expects_continue
    assert not read("POST / HTTP/1.0", "Host: a", expect).expects_continue


@pytest.mark.parametrize(
    ("line", "fields", "detail"),
    [
        ("GET / HTTP/1.1", ("Host: a", "X: \x01"), "a control character, bare CR or bare LF"),
        ("G(T / HTTP/1.1", ("Host: a\n",), "a control character, bare CR or bare LF"),
        ("G(T / HTTP/1.1", ("Host: a", "X"), "malformed request line"),
        ("GET / HTTP/1.1", ("Host: a", "X"), "malformed header line"),
    ],
)
def test_it_is_said_what_is_wrong_with_a_head(line, fields, detail):
    with pytest.raises(Failure) as caught:
        read(line, *fields)
    assert caught.value.detail == detail


@pytest.mark.parametrize("data", [b"", b"a\r\n", b"a\tb\xff", b"a\r"])
def test_characters_that_nobody_could_misread(data):
    check_characters(data)


@pytest.mark.parametrize("data", [b"a\nb", b"a\rb", b"\r\r", b"\n\r", b"\0", b"\x7f", b"\x1f"])
def test_characters_that_two_readers_could_differ_over(data):
    with pytest.raises(Failure):
        check_characters(data)


@pytest.mark.parametrize(
    ("line", "fields", "status"),
    [
        ("GET / HTTP/1.1", (), 400),
        ("GET / HTTP/1.1", ("Host: a", "X y: z"), 400),
        ("GET / HTTP/3.0", ("Host: a", "X y: z"), 505),
        ("GET / HTTP/1.1", ("Host: a", "Expect: tea"), 417),
        ("GET / HTTP/3.0", ("Host: a",), 505),
        ("CONNECT / HTTP/1.1", ("Host: a",), 501),
        ("OPTIONS * HTTP/1.1", ("Host: a",), 501),
        ("GET / HTTP/1.1", ("Host: a", "Transfer-Encoding: gzip"), 501),
        ("GET / HTTP/1.1", ("Host: a", f"Content-Length: {10**18}"), 413),
        ("GET / HTTP/1.1", ("Host: a", *["X: y"] * 300), 431),
    ],
)
def test_each_refusal_has_its_status(line, fields, status):
    with pytest.raises(Failure) as caught:
        read(line, *fields)
    assert caught.value.status == status


async def test_every_method_that_passes_is_one_that_aiohttp_reads():
    from wire.recording import Recorder  # noqa: PLC0415 - only this test needs a house
    from wire.served import served, snapshot_of  # noqa: PLC0415
    from wire.upstreams import serving  # noqa: PLC0415

    recorder = Recorder()
    async with serving(recorder.serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        for method in sorted(METHODS):
            raw = method + b" / HTTP/1.1\r\nHost: a.test\r\n\r\n"
            assert (await house.ask(raw, method=method.decode())).status == 200
    assert {seen.method for seen in recorder.whole} == METHODS


@pytest.mark.parametrize(
    ("line", "connection", "keeps"),
    [
        ("GET / HTTP/1.1", "", True),
        ("GET / HTTP/1.1", "x, Close", False),
        ("GET / HTTP/1.0", "x", False),
        ("GET / HTTP/1.0", "Keep-Alive", True),
        ("GET / HTTP/1.0", "keep-alive, close", False),
    ],
)
def test_whether_another_request_may_follow(line, connection, keeps):
    assert read(line, "Host: a", f"Connection: {connection}").keep_alive is keeps


def test_hosts_of_any_length_are_read_alike():
    long = f"{'a.' * 100}test"
    for _ in range(2):
        assert read("GET / HTTP/1.1", f"Host: {long}").head.host == long
        for bad in ("a" * 60_000, "!" * 60_000):
            with pytest.raises(Failure):
                read("GET / HTTP/1.1", f"Host: {bad}")
