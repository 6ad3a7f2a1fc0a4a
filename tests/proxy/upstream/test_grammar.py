import pytest
from proxy.http1.heads import parts

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import ContentLength
from ingress.proxy.upstream.grammar import (
    check_partial_head,
    content_length,
    is_chunked,
    read_status_line,
    split_head,
)

OK = b"HTTP/1.1 200 OK\r\n"


def test_a_head_comes_apart_as_it_was_written():
    head = b"HTTP/1.0 299 So  so \r\nA:\tb \r\na:\r\nC: d:e\r\n\r\n"
    fields = b"A:\tb \r\na:\r\nC: d:e\r\n"
    start, count, kept, known, size, _ = parts(split_head(head + b"body"))
    assert (start, count, kept, known) == (b"HTTP/1.0 299 So  so ", 3, fields, {})
    assert size == len(head)


def test_a_status_line_says_what_a_client_is_told():
    version, line = read_status_line(b"HTTP/1.0 299 So  so ")
    assert (version, line.status, line.reason) == ((1, 0), 299, b"So  so ")
    assert line.lines == (b"HTTP/1.0 299 So  so \r\n", b"HTTP/1.1 299 So  so \r\n")


def test_a_reason_may_be_missing():
    version, line = read_status_line(b"HTTP/1.1 200")
    assert (version, line.status, line.reason) == ((1, 1), 200, b"")
    assert line.lines == (b"HTTP/1.0 200 \r\n", b"HTTP/1.1 200 \r\n")


def test_of_a_head_that_is_dropped_which_ends_here():
    fields = b"Connection: x\r\nA: b\r\ncontent-length:\t5\r\nKeep_Alive: 1\r\nDate: d\r\n"
    _, _, kept, known, *_ = parts(split_head(OK + fields + b"\r\n"))
    assert kept == b"A: b\r\nDate: d\r\n"
    assert known == {
        "connection": [b"x"],
        "content-length": [b"5"],
        "date": [],
    }


@pytest.mark.parametrize("length", [0, 1, 30, 100, 5000])
def test_a_reason_of_any_length_is_read(length):
    reason = b"r" * length
    line = b"HTTP/1.1 404 " + reason
    for _ in range(2):
        assert read_status_line(line)[1].reason == reason


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\nA: b\r\n\r\n",
        OK + b"A: b\r\n c\r\n\r\n",
        OK + b"A: \x01\r\n\r\n",
        b"HTTP/1.1 200 " + b"r" * 100 + b"\x7f\r\n\r\n",
    ],
)
def test_a_head_that_two_readers_could_read_differently(head):
    assert split_head(head) is None


@pytest.mark.parametrize(
    "line", [b"HTTP/1.9 200 OK", b"HTTP/1.1 99 " + b"r" * 100, b"HTTP/1.1 200 \x7f", b""]
)
def test_a_line_that_says_no_status(line):
    with pytest.raises(Failure) as failed:
        read_status_line(line)
    assert failed.value.kind is FailureKind.BROKEN


@pytest.mark.parametrize("head", [b"", b"H", b"HTTP/1.1 2", OK + b"A: b\r", OK + b"A: b\r\n\r"])
def test_a_head_may_come_in_parts(head):
    for seen in range(len(head)):
        check_partial_head(bytes(head), seen=seen)


@pytest.mark.parametrize("head", [b"h", b"SSH", b"\r", b"HTTP/2", OK + b"\n", OK + b"A: b\rc"])
def test_a_head_that_cannot_become_good_is_refused_at_once(head):
    with pytest.raises(Failure):
        check_partial_head(bytes(head), seen=len(head) - 1)


def test_lengths():
    assert content_length([b"007"]).value == 7
    assert content_length([b"007"]).line == b"Content-Length: 7\r\n"
    for values in ([b"1", b"1"], [b"1, 1"], [b""], [b"1" * 19]):
        with pytest.raises(Failure):
            content_length(values)


def test_codings():
    assert is_chunked([b"Chunked"], (1, 1), None)
    for values, version, length in (
        ([b"chunked"], (1, 0), None),
        ([b"chunked"], (1, 1), ContentLength(0)),
        ([b"chunked", b"chunked"], (1, 1), None),
        ([b"gzip, chunked"], (1, 1), None),
    ):
        with pytest.raises(Failure):
            is_chunked(values, version, length)
