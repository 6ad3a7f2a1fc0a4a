import asyncio

from ingress.proxy.downstream.bridge import Bridge
from ingress.proxy.downstream.scanner import HeadScanner
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import Sieve


class Aiohttp(asyncio.Protocol):
    """A protocol that writes down what it is told."""

    def __init__(self):
        self.fed, self.lost = [], False

    def data_received(self, data):
        self.fed.append(data)

    def connection_lost(self, exc):  # noqa: ARG002
        self.lost = True


class Gate:
    """As much of a gate as a bridge looks at."""

    def __init__(self, raw):
        self.request = HeadScanner(Sieve(), max_bytes=1000).feed(raw)
        self.carrier = None


class Content:
    def __init__(self):
        self.failed = None

    def set_exception(self, exc):
        self.failed = exc


def bridged(*fields):
    head = b"".join(b"%b\r\n" % line for line in (b"POST / HTTP/1.1", b"Host: a", *fields, b""))
    aiohttp = Aiohttp()
    bridge = Bridge(Gate(head), aiohttp)
    bridge.begin()
    assert bridge.gate.carrier is bridge
    assert aiohttp.fed == [head]
    aiohttp.fed.clear()
    return bridge, aiohttp


async def test_a_sized_body_goes_as_it_comes():
    bridge, aiohttp = bridged(b"Content-Length: 5")
    bridge.body_received(b"hello")
    bridge.body_ended([])
    assert aiohttp.fed == [b"hello"]


async def test_a_chunked_body_is_framed_anew_and_loses_its_trailers():
    bridge, aiohttp = bridged(b"Transfer-Encoding: chunked")
    bridge.body_received(b"hello")
    bridge.body_ended([(b"A", b"b")])
    assert aiohttp.fed == [b"5\r\nhello\r\n", b"0\r\n\r\n"]


async def test_a_body_fails_whoever_reads_it_now_or_later():
    broken = Failure(FailureKind.BAD_REQUEST)
    bridge, _ = bridged(b"Content-Length: 5")
    early, late = Content(), Content()
    bridge.attach(early)
    assert early.failed is None
    bridge.body_broken(broken)
    bridge.attach(late)
    assert (early.failed, late.failed) == (broken, broken)


async def test_the_end_of_the_connection_is_told_once():
    bridge, aiohttp = bridged(b"Content-Length: 5")
    bridge.client_left()
    assert not aiohttp.lost
    bridge.connection_lost(None)
    assert aiohttp.lost
