from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.grammar import (
    MAX_CHUNK_LINE,
    ChunkGuard,
    check_partial_head,
    content_length,
    is_chunked,
    split_head,
)

OK = b"HTTP/1.1 200 OK\r\n"


def test_a_head_comes_apart_as_it_was_written():
    assert split_head(b"HTTP/1.0 299 So  so \r\nA:\tb \r\na:\r\nC: d:e\r\n\r\n") == (
        (1, 0),
        299,
        b"So  so ",
        b"A:\tb \r\na:\r\nC: d:e\r\n",
        {},
    )
    assert split_head(b"HTTP/1.1 200\r\n\r\n") == ((1, 1), 200, b"", b"", {})


def test_of_a_head_that_is_dropped_which_ends_here():
    fields = b"Connection: x\r\nA: b\r\ncontent-length:\t5\r\nKeep_Alive: 1\r\nDate: d\r\n"
    lines = split_head(OK + fields + b"\r\n")
    assert lines.kept == b"A: b\r\nDate: d\r\n"
    assert lines.known == {
        b"connection": [b"x"],
        b"content-length": [b"5"],
        b"keep_alive": [b"1"],
        b"date": [b"d"],
    }


@pytest.mark.parametrize("length", [0, 1, 30, 100, 5000])
def test_a_reason_of_any_length_is_read(length):
    reason = b"r" * length
    for _ in range(2):
        assert split_head(b"HTTP/1.1 404 " + reason + b"\r\n\r\n").reason == reason


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\nA: b\r\n\r\n",
        OK + b"A: b\r\n c\r\n\r\n",
        OK + b"A: \x01\r\n\r\n",
        b"HTTP/1.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 " + b"r" * 100 + b"\x7f\r\n\r\n",
        b"HTTP/1.1 99 " + b"r" * 100 + b"\r\n\r\n",
    ],
)
def test_a_head_that_two_readers_could_read_differently(head):
    with pytest.raises(Failure) as failed:
        split_head(head)
    assert failed.value.kind is FailureKind.BROKEN


@pytest.mark.parametrize("body", [b"2 \r\n", b"2;a\rb\r\n", b"2;\0\r\n", b"2;;;\r\n"])
def test_chunk_lines_that_two_readers_could_read_differently(body):
    with pytest.raises(Failure):
        ChunkGuard(max_trailer_bytes=100).filter(body)


@pytest.mark.parametrize("head", [b"", b"H", b"HTTP/1.1 2", OK + b"A: b\r", OK + b"A: b\r\n\r"])
def test_a_head_may_come_in_parts(head):
    for seen in range(len(head)):
        check_partial_head(bytes(head), seen=seen)


@pytest.mark.parametrize("head", [b"h", b"SSH", b"\r", b"HTTP/2", OK + b"\n", OK + b"A: b\rc"])
def test_a_head_that_cannot_become_good_is_refused_at_once(head):
    with pytest.raises(Failure):
        check_partial_head(bytes(head), seen=len(head) - 1)


def test_lengths():
    assert content_length([]) is None
    assert content_length([b"007"]) == 7
    for values in ([b"1", b"1"], [b"1, 1"], [b""], [b"1" * 19]):
        with pytest.raises(Failure):
            content_length(values)


def test_codings():
    assert not is_chunked([], version=(1, 0), length=5)
    assert is_chunked([b"Chunked"], version=(1, 1), length=None)
    for values, version, length in (
        ([b"chunked"], (1, 0), None),
        ([b"chunked"], (1, 1), 0),
        ([b"chunked", b"chunked"], (1, 1), None),
        ([b"gzip, chunked"], (1, 1), None),
    ):
        with pytest.raises(Failure):
            is_chunked(values, version=version, length=length)


def guarded(pieces, limit=1000):
    guard = ChunkGuard(max_trailer_bytes=limit)
    passed, surplus = b"", b""
    for piece in pieces:
        more, behind = guard.filter(piece)
        passed, surplus = passed + more, surplus + behind
    return passed, surplus, guard.ended, guard.trailers


def test_extensions_are_left_out_and_trailers_kept_apart():
    body = b'005 ; a="\\"";b\r\nhello\r\n0;c\r\nA: b\r\n\r\nHTTP'
    assert guarded([body]) == (b"hello", b"HTTP", True, [(b"A", b"b")])


def test_lines_are_bounded_before_they_end():
    for line in (b"1;" + b"a" * MAX_CHUNK_LINE, b"0\r\n" + b"a" * 5000):
        with pytest.raises(Failure):
            guarded([line])
    with pytest.raises(Failure):
        guarded([b"0\r\n" + b"A: b\r\n" * 200])


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_whatever_the_cut_the_same_passes(chunks, cuts):
    lines = [b"%X;a=b\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    whole = b"".join(lines) + b"0\r\nA: b\r\n\r\nmore"
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[a:b] for a, b in pairwise(edges)]
    assert guarded(pieces) == (b"".join(chunks), b"more", True, [(b"A", b"b")])
