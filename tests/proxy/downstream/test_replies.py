import re

import pytest

from ingress.proxy.downstream.replies import Reply, encode_head

DATE = b"Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n"


def lines_of(fields=DATE, *, status=299, version=(1, 1), keep_alive=True):
    head = encode_head(
        status,
        b"Pas mal \xe9",
        fields=fields,
        version=version,
        keep_alive=keep_alive,
        dated=DATE in fields,
    )
    assert head.endswith(b"\r\n\r\n")
    return head[:-4].split(b"\r\n")


def test_a_head_goes_out_as_it_came():
    assert lines_of(b"Z: \xff\r\n" + DATE + b"a:\r\nA: 2 \r\n") == [
        b"HTTP/1.1 299 Pas mal \xe9",
        b"Z: \xff",
        b"Date: Mon, 01 Jan 2024 00:00:00 GMT",
        b"a:",
        b"A: 2 ",
    ]


def test_a_date_is_added():
    _, date = lines_of(b"")
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
    lines = lines_of(DATE + b"Connection: upgrade\r\n", status=101, keep_alive=False)
    assert lines[2:] == [b"Connection: upgrade"]


async def test_aiohttp_is_told_that_all_is_written():
    reply = Reply(200, keep_alive=True)
    assert (reply.status, reply.keep_alive) == (200, True)
    assert await reply.prepare(None) is None
    assert await reply.write_eof() is None
