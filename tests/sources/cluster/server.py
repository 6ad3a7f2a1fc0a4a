"""A server of HTTP on loopback, for what a real API server cannot be made to do on demand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web
from sources.cluster.kubeconfigs import kubeconfig

from ingress.sources.cluster.api import Api, connected

Answer: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """It does with every request what ``answer`` does; ``asked`` are the requests so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user: Mapping[str, Any] = {"token": "good"}
        self.asked: list[web.Request] = []
        self.answer: Answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.answer(request)

    @asynccontextmanager
    async def api(self) -> AsyncIterator[Api]:
        """Listen, and yield an Api that speaks to it."""
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        _, port = runner.addresses[0]
        where = kubeconfig(self.folder, self.user, server=f"http://127.0.0.1:{port}/base/")
        try:
            async with connected(kubeconfig=where.kubeconfig) as api:
                yield api
        finally:
            await runner.cleanup()


def in_turn(*answers: Answer) -> Answer:
    """Answer the first request with the first, and so on; what comes after all of them hangs."""
    rest = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (rest.pop(0) if rest else says(hangs=True))(request)

    return answer


def says(*messages: Any, hangs: bool = False) -> Answer:
    """Stream messages, each a line; then end, or fall silent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        for message in messages:
            await stream.write(json.dumps(message).encode() + b"\n")
        if hangs:
            await asyncio.Event().wait()
        return stream

    return answer


def refuses(status: int, message: str = "no", **headers: str) -> Answer:
    """Refuse with a Status."""

    async def answer(_: web.Request) -> web.Response:
        said = {"kind": "Status", "code": status, "reason": "Because", "message": message}
        return web.json_response(said, status=status, headers=headers)

    return answer


def returns(body: Any) -> Answer:
    """Answer with one JSON value."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


def service(name: str, version: str, *, port: Any = 80, namespace: str = "shop") -> dict[str, Any]:
    """Return a Service as the API writes it."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": version}
    return {"metadata": metadata, "spec": {"ports": [{"port": port}]}}


def event(kind: str, thing: Any) -> dict[str, Any]:
    """Return a line of a watch."""
    return {"type": kind, "object": thing}


def bookmark(version: str, *, whole: bool = False) -> dict[str, Any]:
    """Return a bookmark; the one that ends a streamed list is ``whole``."""
    annotations = {"annotations": {"k8s.io/initial-events-end": "true"}} if whole else {}
    return event("BOOKMARK", {"metadata": {"resourceVersion": version, **annotations}})


def page(version: str, *items: Any, more: str = "") -> dict[str, Any]:
    """Return a page of a list."""
    return {"metadata": {"resourceVersion": version, "continue": more}, "items": list(items)}
