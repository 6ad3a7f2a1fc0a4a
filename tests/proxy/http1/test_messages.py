import pytest

from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE, chunk_of, join_lines, last_chunk


def test_lines_get_their_ends() -> None:
    assert join_lines([b"Host: a", b"B:"]) == b"Host: a\r\nB:\r\n"
    assert join_lines([b"Host: a"]) == b"Host: a\r\n"


def test_no_lines_are_nothing() -> None:
    assert join_lines([]) == b""


@pytest.mark.parametrize("evil", [b"\n", b"\r", b"\r\n", b"\r\nA: b", b"\0"])
@pytest.mark.parametrize("line", [0, 1])
def test_no_line_ends_inside_another(evil: bytes, line: int) -> None:
    lines = [b"HTTP/1.1 200 OK", b"Name: value"]
    lines[line] += evil
    with pytest.raises(ValueError, match="inside a line"):
        join_lines(lines)


def test_a_length_is_none_of_the_unsized_framings() -> None:
    assert not isinstance(CHUNKED, int)
    assert not isinstance(UNTIL_CLOSE, int)


def test_a_chunked_body_in_pieces():
    assert chunk_of(b"x" * 16) == b"10\r\n" + b"x" * 16 + b"\r\n"
    assert last_chunk([]) == b"0\r\n\r\n"
    assert last_chunk([(b"A", b"b"), (b"a", b"")]) == b"0\r\nA: b\r\na: \r\n\r\n"
