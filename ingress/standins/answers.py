"""What a stand-in answers: its name, an echo of the request, or trouble on demand.

The paths below ``/__standin/`` are documented in docs/stand-ins.md; ``DEMANDS`` is their table.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import repeat
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, unquote

from aiohttp import WSMsgType, web

from ingress.model.units import parse_duration, parse_size
from ingress.standins.plan import Listener

PREFIX: Final = "/__standin/"
_PIECE: Final = 65_536
_LONGEST: Final = 3600.0
_MOST_CHUNKS: Final = 1_000_000


class Demand(NamedTuple):
    """A request, and what its path and query ask of the stand-in."""

    request: web.BaseRequest
    argument: str
    query: Mapping[str, str]
    listener: Listener

    def interval(self, default: str) -> float:
        """Return ``?interval=`` in seconds; raises ValueError."""
        return min(parse_duration(self.query.get("interval", default)), _LONGEST)

    def count(self, default: str = "10") -> int:
        """Return the argument as a number of chunks; raises ValueError."""
        text = self.argument or default
        if not text.isdecimal() or int(text) > _MOST_CHUNKS:
            raise ValueError(f"{text!r} is no number of chunks up to {_MOST_CHUNKS}")
        return int(text)


async def answer(request: web.BaseRequest, listener: Listener) -> web.StreamResponse:
    """Answer one request that reached a pod's listener."""
    path, _, query = request.raw_path.partition("?")
    if not path.startswith(PREFIX):
        await _read_body(request)
        return _welcome(request, listener)
    name, _, argument = unquote(path.removeprefix(PREFIX)).partition("/")
    demand = Demand(request, argument, dict(parse_qsl(query)), listener)
    meet = DEMANDS.get(name)
    if meet is None:
        return _text(f"There is no {PREFIX}{name}; there are {', '.join(DEMANDS)}.", 404)
    try:
        return await meet(demand)
    except ValueError as error:
        return _text(f"{path}: {error}", 400)


def _welcome(request: web.BaseRequest, listener: Listener) -> web.Response:
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response(_echo(request, listener), dumps=_dumps)
    return _text(f"Welcome! {listener.pod}")


def _echo(request: web.BaseRequest, listener: Listener) -> dict[str, Any]:
    """Tell what reached the pod, in the form of the Ingress conformance tests' echo server.

    ``headers`` keeps duplicates: each name, as received, has the list of its values.
    """
    headers: dict[str, list[str]] = {}
    for name, value in request.raw_headers:
        headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return {
        "path": request.raw_path,
        "host": request.headers.get("Host", ""),
        "method": request.method,
        "proto": f"HTTP/{request.version.major}.{request.version.minor}",
        "headers": headers,
        "namespace": listener.service.namespace,
        "service": listener.service.name,
        "pod": listener.pod,
    }


async def _read_body(request: web.BaseRequest) -> None:
    await _expected(request)
    async for _ in request.content.iter_any():
        pass


async def _expected(request: web.BaseRequest) -> None:
    """Say 100 Continue to who waits for it: aiohttp's low-level server leaves that to us."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=f"{text}\n", status=status)


_dumps: Final = json.JSONEncoder(indent=2, ensure_ascii=False).encode


# -- on demand ------------------------------------------------------------------------------


async def _status(demand: Demand) -> web.StreamResponse:
    """``status/503``: that status."""
    await _read_body(demand.request)
    if not demand.argument.isdecimal() or not 200 <= int(demand.argument) <= 599:
        raise ValueError("write a status from 200 to 599")
    return _text(f"{demand.argument} {demand.listener.pod}", int(demand.argument))


async def _delay(demand: Demand) -> web.StreamResponse:
    """``delay/2s``: the usual answer, so much later."""
    await _read_body(demand.request)
    await asyncio.sleep(min(parse_duration(demand.argument), _LONGEST))
    return _welcome(demand.request, demand.listener)


async def _bytes(demand: Demand) -> web.StreamResponse:
    """``bytes/64Ki``: a body of that size, with its Content-Length."""
    await _read_body(demand.request)
    size = parse_size(demand.argument)
    response = web.StreamResponse(headers=_BINARY)
    response.content_length = size
    return await _sent(
        demand.request, response, (_DOTS[: size - n] for n in range(0, size, _PIECE))
    )


async def _stream(demand: Demand) -> web.StreamResponse:
    """``stream/10?interval=100ms&size=1Ki``: ten chunks of that size, so far apart."""
    await _read_body(demand.request)
    count, interval = demand.count(), demand.interval("100ms")
    chunk = b"." * max(1, min(parse_size(demand.query.get("size", "1Ki")), 1 << 20))
    response = web.StreamResponse(headers=_BINARY)
    response.enable_chunked_encoding()
    return await _sent(demand.request, response, repeat(chunk, count), interval=interval)


async def _slow(demand: Demand) -> web.StreamResponse:
    """``slow/10?interval=1s``: a body of ten bytes with its Content-Length, byte by byte."""
    await _read_body(demand.request)
    count, interval = demand.count(), demand.interval("1s")
    response = web.StreamResponse(headers=_BINARY)
    response.content_length = count
    return await _sent(demand.request, response, repeat(b".", count), interval=interval)


async def _sse(demand: Demand) -> web.StreamResponse:
    """``sse/10?interval=1s``: ten Server-Sent Events, so far apart."""
    await _read_body(demand.request)
    count, interval = demand.count(), demand.interval("1s")
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    response = web.StreamResponse(headers=headers)
    events = (f"id: {n}\ndata: {demand.listener.pod}\n\n".encode() for n in range(count))
    return await _sent(demand.request, response, events, interval=interval)


async def _sent(
    request: web.BaseRequest,
    response: web.StreamResponse,
    pieces: Iterable[bytes],
    *,
    interval: float = 0,
) -> web.StreamResponse:
    """Send the head and, so many seconds apart, the pieces; the answer to HEAD has none."""
    await response.prepare(request)
    for index, piece in enumerate(pieces if request.method != "HEAD" else ()):
        if index and interval:
            await asyncio.sleep(interval)
        await response.write(piece)
    return response


async def _websocket(demand: Demand) -> web.StreamResponse:
    """``websocket``: every message comes back; the first subprotocol offered is taken."""
    offered = demand.request.headers.get("Sec-WebSocket-Protocol", "")
    socket = web.WebSocketResponse(protocols=[name.strip() for name in offered.split(",")])
    try:
        await socket.prepare(demand.request)
    except web.HTTPException as refused:
        raise ValueError(f"this is no WebSocket handshake: {refused.text}") from None
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def _drop(demand: Demand) -> web.StreamResponse:
    """``drop/before`` or ``drop/mid``: the connection is cut before, or amid, the answer."""
    if demand.argument not in ("before", "mid"):
        raise ValueError("write drop/before or drop/mid")
    await _read_body(demand.request)
    response = web.StreamResponse(headers=_BINARY)
    if demand.argument == "mid":
        response.content_length = 1000
        await _sent(demand.request, response, [b"." * 10])
        await asyncio.sleep(0.05)  # until these bytes are on their way
    if demand.request.transport is not None:
        demand.request.transport.abort()
    return response


async def _body(demand: Demand) -> web.StreamResponse:
    """``echo``: the request's body comes back as it arrives, with its type."""
    request = demand.request
    await _expected(request)
    response = web.StreamResponse(headers={"Content-Type": request.headers.get("Content-Type", "")})
    response.content_length = request.content_length
    await response.prepare(request)
    async for piece in request.content.iter_any():
        if request.method != "HEAD":
            await response.write(piece)
    return response


async def _early(demand: Demand) -> web.StreamResponse:
    """``early/413``: that status at once, while the request's body is still under way."""
    status = demand.argument or "200"
    if not status.isdecimal() or not 200 <= int(status) <= 599:
        raise ValueError("write a status from 200 to 599")
    return _text(f"{status} {demand.listener.pod}", int(status))


_BINARY: Final = {"Content-Type": "application/octet-stream"}
_DOTS: Final = b"." * _PIECE

Meet: TypeAlias = Callable[[Demand], Awaitable[web.StreamResponse]]

DEMANDS: Final[Mapping[str, Meet]] = {
    "status": _status,
    "delay": _delay,
    "bytes": _bytes,
    "stream": _stream,
    "slow": _slow,
    "sse": _sse,
    "websocket": _websocket,
    "echo": _body,
    "early": _early,
    "drop": _drop,
}
