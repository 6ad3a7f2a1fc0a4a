"""A worker on loopback, in front of upstreams that a test brings, and clients that speak bytes."""

import asyncio
import io
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from ingress.issuer.fallback import fallback_certificate
from ingress.model.codec import (
    Acknowledgement,
    Publication,
    decode_acknowledgement,
    diff,
    encode_publication,
)
from ingress.model.policies import Policies
from ingress.model.snapshot import (
    ANY_HOST,
    Backend,
    BackendRef,
    Endpoint,
    Host,
    HostKind,
    MatchKind,
    Route,
    Snapshot,
)
from ingress.settings import ProxySettings
from ingress.worker.serving import Worker

FALLBACK = fallback_certificate(now=1_700_000_000.0)
LANES = {"express": "both", "full": "full"}


class Lane:
    """The lane that workers serve by where a test does not say; ``each_lane`` sets it."""

    lanes = "both"


@pytest.fixture(params=LANES)
def each_lane(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test once in every lane."""
    Lane.lanes = LANES[request.param]
    yield
    Lane.lanes = "both"


def snapshot_of(
    routes: Mapping[str, tuple[Endpoint, ...]],
    *,
    host: str = ANY_HOST,
    policies: Policies = Policies(),  # noqa: B008 - frozen
) -> Snapshot:
    """Return a Snapshot of one host whose paths lead to these endpoints."""
    made, backends = [], {}
    for number, (path, endpoints) in enumerate(sorted(routes.items(), reverse=True)):
        ref = BackendRef("default", f"service-{number}", 80)
        key = f"default/service-{number}:80"
        backends[str(ref)] = Backend(key=key, endpoints=tuple(sorted(endpoints)))
        made.append(
            Route(
                ingress="default/test",
                path=path,
                kind=MatchKind.PREFIX,
                written_path=path,
                path_type="Prefix",
                backend=ref,
                policies=policies,
            )
        )
    kind = HostKind.EXACT if host else HostKind.ANY
    hosts = {host: Host(pattern=host, kind=kind, routes=tuple(made))}
    return Snapshot(hosts=hosts, backends=backends)


class Response(NamedTuple):
    """What came back: the head's lines, and the body as it was framed, decoded."""

    status: int
    lines: tuple[bytes, ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return every value of a header."""
        parted = (line.partition(b":") for line in self.lines[1:])
        return [
            value.strip().decode("latin-1")
            for key, _, value in parted
            if key.lower() == name.lower().encode()
        ]

    def value(self, name: str) -> str | None:
        """Return the only value of a header."""
        values = self.values(name)
        assert len(values) < 2, values
        return values[0] if values else None


class Client:
    """One connection that sends bytes and reads responses by the book."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> Response:
        """Read a head."""
        lines = (await self.reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
        return Response(int(lines[0].split(b" ")[1]), tuple(lines), b"")

    async def response(self, *, method: str = "GET") -> Response:
        """Read a whole response, interim ones left out."""
        head = await self.head()
        while head.status < 200 and head.status != 101:
            head = await self.head()
        if method == "HEAD" or head.status in {101, 204, 304}:
            return head
        return head._replace(body=await self._body(head))

    async def _body(self, head: Response) -> bytes:
        if head.value("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                body += await self.reader.readexactly(size)
                assert await self.reader.readexactly(2) == b"\r\n"
            assert await self.reader.readexactly(2) == b"\r\n"
            return body
        length = head.value("content-length")
        if length is None:
            return await self.reader.read()
        return await self.reader.readexactly(int(length))

    async def ask(self, data: bytes, *, method: str = "GET") -> Response:
        """Send a request and read the response."""
        await self.send(data)
        return await self.response(method=method)

    async def is_over(self) -> bool:
        """Wait until the other side closes; False if it sends anything first."""
        try:
            return await self.reader.read(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.writer.close()


class Served:
    """A running worker: ``publish`` swaps its Snapshot, ``client`` connects, ``log`` is its log."""

    def __init__(self, worker: Worker, *, port: int, tls_port: int, log: io.BytesIO) -> None:
        self.worker = worker
        self.log = log
        self.port, self.tls_port = port, tls_port
        self.snapshot = Snapshot()
        self._clients: list[Client] = []

    def publish(self, snapshot: Snapshot) -> Acknowledgement:
        base = self.worker.generation
        delta = diff(self.snapshot, snapshot)
        publication = Publication(generation=base + 1, base=base, delta=delta)
        answer = self.worker.receive(encode_publication(publication))
        self.snapshot = snapshot
        return decode_acknowledgement(answer)

    async def client(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self._clients.append(client)
        return client

    async def tls_client(self, context: ssl.SSLContext, *, name: str | None = None) -> Client:
        connection = asyncio.open_connection(
            "127.0.0.1", self.tls_port, ssl=context, server_hostname=name or ""
        )
        client = Client(*await connection)
        self._clients.append(client)
        return client

    async def ask(self, data: bytes, *, method: str = "GET") -> Response:
        """Ask on a connection of its own."""
        client = await self.client()
        try:
            return await client.ask(data, method=method)
        finally:
            client.close()

    def close_clients(self) -> None:
        for client in self._clients:
            client.close()


def listening() -> socket.socket:
    """Return a socket on a free loopback port."""
    return socket.create_server(("127.0.0.1", 0))


@asynccontextmanager
async def served(snapshot: Snapshot | None = None, **settings: object) -> AsyncIterator[Served]:
    """Run a worker with these ProxySettings."""
    options = {"access_log": "off", "drain_timeout": 1.0, "lanes": Lane.lanes} | settings
    log = io.BytesIO()
    worker = Worker(ProxySettings(**options), FALLBACK, output=log)
    http, https = listening(), listening()
    await worker.start([http], [https])
    ports = {"port": http.getsockname()[1], "tls_port": https.getsockname()[1]}
    house = Served(worker, **ports, log=log)
    try:
        house.publish(snapshot or Snapshot())
        yield house
    finally:
        house.close_clients()
        await worker.drain()
