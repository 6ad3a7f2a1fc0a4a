import asyncio
import socket

import pytest
from wire.upstreams import turn_over

from ingress.proxy.outlet import GATHERED, Outlet, Turn


@pytest.fixture
async def turn():
    return Turn(asyncio.get_running_loop())


class Line:
    """An outlet, and the socket at the other end of its connection."""

    def __init__(self, outlet, transport, end):
        self.outlet, self.transport, self._end = outlet, transport, end

    @classmethod
    async def open(cls, turn):
        near, far = socket.socketpair()
        far.settimeout(0)
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, sock=near
        )
        return cls(Outlet(transport, turn), transport, far)

    def arrived(self):
        """Return what has come so far; empty, too, where the connection is closed."""
        try:
            return self._end.recv(1_000_000)
        except BlockingIOError:
            return None

    def close(self):
        self.transport.abort()
        self._end.close()


@pytest.fixture
async def lines(turn):
    lines = [await Line.open(turn) for _ in range(3)]
    yield lines
    for line in lines:
        line.close()
    await turn_over()


async def test_what_is_written_in_a_turn_leaves_at_its_end(lines):
    for line in lines:
        line.outlet.write(b"one ")
        line.outlet.write(b"two ", b"three")
    assert [line.arrived() for line in lines] == [None, None, None]
    await turn_over()
    assert [line.arrived() for line in lines] == [b"one two three"] * 3
    lines[0].outlet.write(b"in the next turn")
    await turn_over()
    assert lines[0].arrived() == b"in the next turn"


async def test_more_than_may_wait_goes_at_once_and_behind_what_waits(lines):
    line, large = lines[0], b"x" * GATHERED
    line.outlet.write(large)
    assert line.arrived() is None
    line.outlet.write(b"y")
    assert line.arrived() == large + b"y"
    line.outlet.write(b"head ", large)
    assert line.arrived() == b"head " + large
    line.outlet.write(b"small ")
    line.outlet.write(b"head ", large)
    assert line.arrived() == b"small head " + large
    await turn_over()
    assert line.arrived() is None


async def test_a_flush_sends_what_waits_and_nothing_twice(lines):
    line = lines[0]
    line.outlet.write(b"now")
    line.outlet.flush()
    assert line.arrived() == b"now"
    line.outlet.write(b"later")
    line.outlet.write(b"")
    await turn_over()
    assert line.arrived() == b"later"


async def test_a_connection_that_closes_meanwhile_is_left_alone(lines):
    for line in lines:
        line.outlet.write(b"hello")
    lines[1].transport.abort()
    await turn_over()
    assert [line.arrived() for line in lines] == [b"hello", b"", b"hello"]
    lines[1].outlet.write(b"x" * (GATHERED + 1))
    lines[1].outlet.flush()


async def test_one_that_raises_keeps_nobody_waiting(turn, lines):
    class Broken:
        def is_closing(self):
            return False

        def write(self, data):
            raise ValueError(data)

    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    for outlet in (lines[0].outlet, Outlet(Broken(), turn), lines[1].outlet):
        outlet.write(b"hello")
    await turn_over()
    assert [line.arrived() for line in lines[:2]] == [b"hello", b"hello"]
    assert [type(context["exception"]) for context in told] == [ValueError]
