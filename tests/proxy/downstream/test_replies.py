import re

import pytest

from ingress.proxy.downstream.replies import Reply, encode_head

DATE = (b"Date", b"Mon, 01 Jan 2024 00:00:00 GMT")


def lines_of(headers=(DATE,), *, status=299, version=(1, 1), keep_alive=True):
    head = encode_head(
        status,
        b"Pas mal \xe9",
        headers=list(headers),
        version=version,
        keep_alive=keep_alive,
        dated=DATE in headers,
    )
    assert head.endswith(b"\r\n\r\n")
    return head[:-4].split(b"\r\n")


def test_a_head_goes_out_as_it_came():
    headers = [(b"Z", b"\xff"), DATE, (b"a", b""), (b"A", b"2")]
    assert lines_of(headers) == [
        b"HTTP/1.1 299 Pas mal \xe9",
        b"Z: \xff",
        b"Date: Mon, 01 Jan 2024 00:00:00 GMT",
        b"a: ",
        b"A: 2",
    ]


def test_a_date_is_added():
    _, date = lines_of([])
    form = rb"Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
    assert re.fullmatch(form, date)


@pytest.mark.parametrize(
    ("version", "keep_alive", "said"),
    [
        ((1, 1), True, []),
        ((1, 1), False, [b"Connection: close"]),
        ((1, 0), True, [b"Connection: keep-alive"]),
        ((1, 0), False, []),
    ],
)
def test_a_connection_header_says_what_the_client_would_not_expect(version, keep_alive, said):
    lines = lines_of(version=version, keep_alive=keep_alive)
    assert lines[0].startswith(b"HTTP/%d.%d 299 " % version)
    assert lines[2:] == said


def test_a_switch_has_a_connection_header_of_its_own():
    upgrade = (b"Connection", b"upgrade")
    lines = lines_of([DATE, upgrade], status=101, keep_alive=False)
    assert lines[2:] == [b"Connection: upgrade"]


def test_no_header_begins_a_line_of_its_own():
    with pytest.raises(ValueError, match="line end"):
        lines_of([DATE, (b"A", b"b\r\nC: d")])


async def test_aiohttp_is_told_that_all_is_written():
    reply = Reply(200, keep_alive=True)
    assert (reply.status, reply.keep_alive) == (200, True)
    assert await reply.prepare(None) is None
    assert await reply.write_eof() is None
