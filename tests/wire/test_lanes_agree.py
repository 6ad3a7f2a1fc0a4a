"""The same bytes to both lanes, whole and cut: the same verdicts, and the same bytes upstream."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import NamedTuple

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.hostile_requests import hostile
from wire.recording import Recorder, Seen
from wire.requests import MAX_HEAD, SECOND, legal
from wire.served import LANES, Served, served, snapshot_of
from wire.upstreams import serving, turn_over

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")
LAST = SECOND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


class Outcome(NamedTuple):
    """The statuses that came back, and what reached the upstream."""

    statuses: list[bytes]
    seen: list[Seen]


class Lanes:
    """Both lanes, each with an upstream that writes down what reaches it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._stack = AsyncExitStack()
        self._houses: list[tuple[Served, Recorder]] = []

    def start(self) -> None:
        self._runner.run(self._start())

    def stop(self) -> None:
        self._runner.run(self._stack.aclose())

    def outcomes(self, *parts: bytes) -> list[Outcome]:
        """Return what comes of the parts in each lane, once it has closed."""
        return self._runner.run(self._ask_all(parts))

    async def _start(self) -> None:
        for lanes in LANES.values():
            recorder = Recorder()
            upstream = await self._stack.enter_async_context(serving(recorder.serve))
            house = await self._stack.enter_async_context(
                served(
                    snapshot_of({"/": (upstream.endpoint,)}),
                    lanes=lanes,
                    max_header_bytes=MAX_HEAD,
                    public_http_port=80,
                    # What waits for more is given up, and said to be.
                    client_header_timeout=0.4,
                    client_body_timeout=0.4,
                    keep_alive_timeout=0.4,
                )
            )
            self._houses.append((house, recorder))

    async def _ask_all(self, parts: tuple[bytes, ...]) -> list[Outcome]:
        return await asyncio.gather(*(self._ask(*house, parts) for house in self._houses))

    async def _ask(self, house: Served, recorder: Recorder, parts: tuple[bytes, ...]) -> Outcome:
        recorder.clear()
        client = await house.client()
        said = b""
        try:
            async with asyncio.timeout(20):
                for part in parts:
                    await client.send(part)
                    await turn_over()
                while data := await client.reader.read(65_536):
                    said += data
        except ConnectionError:
            pass  # what was refused half-way may be reset
        finally:
            client.close()
        return Outcome(_STATUS.findall(said), [_without_id(seen) for seen in recorder.whole])


def _without_id(seen: Seen) -> Seen:
    """Leave out what each request has anew."""
    kept = tuple(line for line in seen.lines if not line.startswith(b"X-Request-ID:"))
    return seen._replace(lines=kept)


@pytest.fixture(scope="module")
def lanes() -> Iterator[Lanes]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        both = Lanes(runner)
        both.start()
        yield both
        both.stop()


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[a:b] for a, b in pairwise(edges)]


def agree(express: Outcome, full: Outcome, raw: bytes) -> None:
    """Demand the same, up to a method that only the express lane carries."""
    if full.statuses[-1:] == [b"501"]:
        before = len(full.statuses) - 1
        assert express.statuses[:before] == full.statuses[:before], raw
        assert express.seen[: len(full.seen)] == full.seen, raw
    else:
        assert express == full, raw


LEGAL = [case.raw for case in legal() if len(case.raw) < 2000]
HOSTILE = [case.raw for case in hostile() if len(case.raw) < 2000]


@pytest.mark.parametrize("raw", LEGAL, ids=range(len(LEGAL)))
def test_a_legal_request_goes_the_same_way(lanes, raw, record_property):
    express, full = lanes.outcomes(raw + LAST)
    agree(express, full, raw)
    assert b"200" in express.statuses
    record_property("wire: both lanes: legal requests", 2)


SPLICE = st.tuples(
    st.integers(0, 400),
    st.integers(0, 3),
    st.sampled_from(
        [
            b"",
            b" ",
            b"\t",
            b"\r",
            b"\n",
            b"\r\n",
            b"\r\n\r\n",
            b":",
            b";",
            b",",
            b"0",
            b"\0",
            b"\xff",
        ]
    ),
)


@settings(max_examples=100)
@given(
    raw=st.sampled_from(LEGAL + HOSTILE),
    splices=st.lists(SPLICE, max_size=2),
    cuts=st.lists(st.integers(1, 400), max_size=3),
)
def test_whatever_comes_is_taken_or_refused_alike(lanes, raw, splices, cuts):
    for at, dropped, put in splices:
        raw = raw[:at] + put + raw[at + dropped :]
    # Whatever is left of it, another request follows, and ends the connection.
    raw += LAST
    express, full = lanes.outcomes(*pieces(raw, cuts))
    agree(express, full, raw)
