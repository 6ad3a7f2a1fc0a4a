from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.proxy.failures import Failure
from ingress.proxy.http1.chunks import MAX_CHUNK_LINE, ChunkGuard


@pytest.mark.parametrize("body", [b"2 \r\n", b"2;a\rb\r\n", b"2;\0\r\n", b"2;;;\r\n"])
def test_chunk_lines_that_two_readers_could_read_differently(body):
    with pytest.raises(Failure):
        ChunkGuard(max_trailer_bytes=100).filter(body)


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
