import re

import pytest

from ingress.proxy.downstream.replies import Reply, date_line, start_of
from ingress.proxy.http1.messages import StatusLine


def start(*, status=299, version=(1, 1), keep_alive=True):
    return start_of(StatusLine(status, b"Pas mal \xe9"), version, keep_alive)


def test_a_reason_goes_out_as_it_came():
    assert start() == b"HTTP/1.1 299 Pas mal \xe9\r\n"


def test_a_date():
    form = rb"Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
    assert re.fullmatch(form + rb"\r\n", date_line())


@pytest.mark.parametrize(
    ("version", "keep_alive", "said"),
    [
        ((1, 1), True, b""),
        ((1, 1), False, b"Connection: close\r\n"),
        ((1, 0), True, b"Connection: keep-alive\r\n"),
        ((1, 0), False, b""),
    ],
)
def test_a_connection_header_says_what_the_client_would_not_expect(version, keep_alive, said):
    line, _, rest = start(version=version, keep_alive=keep_alive).partition(b"\r\n")
    assert line.startswith(b"HTTP/%d.%d 299 " % version)
    assert rest == said


def test_a_switch_has_a_connection_header_of_its_own():
    assert start(status=101, keep_alive=False).count(b"\r\n") == 1


async def test_aiohttp_is_told_that_all_is_written():
    reply = Reply(200, keep_alive=True)
    assert (reply.status, reply.keep_alive) == (200, True)
    assert await reply.prepare(None) is None
    assert await reply.write_eof() is None
