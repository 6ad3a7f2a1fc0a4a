"""A way to the API server that fails on demand: a reverse proxy in the test's own process.

It knows nothing of Kubernetes. A request is passed on, or refused by ``fault``; streams that are
under way can be made to fall silent, as a connection does whose other end was unplugged.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web

from ingress.sources.cluster.credentials import Where, credentials

Fault = Callable[[web.Request], web.Response | None]

_PASSED_ON = ("Authorization", "Content-Type")


class Faults:
    """The proxy; ``asked`` are the targets of all requests so far."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig.with_name(f"{kubeconfig.name}-faults")
        self.fault: Fault = lambda _: None
        self.asked: list[str] = []
        self._behind = kubeconfig
        self._silent = asyncio.Event()

    def fall_silent(self) -> None:
        """Pass nothing more of the answers that are under way; new requests are answered."""
        self._silent.set()
        self._silent = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Faults"]:
        """Listen while the block runs."""
        found = await credentials(Where(str(self._behind)))
        self._server = found.configuration.host
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        config = yaml.safe_load(self._behind.read_text())
        host, port = runner.addresses[0]
        config["clusters"][0]["cluster"] = {"server": f"http://{host}:{port}"}
        self.kubeconfig.write_text(yaml.safe_dump(config))
        connector = aiohttp.TCPConnector(ssl=False, limit=0)
        async with aiohttp.ClientSession(connector=connector) as self._session:
            try:
                yield self
            finally:
                await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(str(request.rel_url))
        if refusal := self.fault(request):
            return refusal
        try:
            return await self._passed_on(request)
        except aiohttp.ClientError:
            assert request.transport is not None
            request.transport.abort()  # it ends as it does behind us
            return web.Response()

    async def _passed_on(self, request: web.Request) -> web.StreamResponse:
        silent = self._silent
        async with self._session.request(
            request.method,
            f"{self._server}{request.rel_url}",
            headers={it: request.headers[it] for it in _PASSED_ON if it in request.headers},
            data=await request.read(),
        ) as answer:
            stream = web.StreamResponse(status=answer.status)
            stream.content_type = answer.content_type
            await stream.prepare(request)
            async for chunk in answer.content.iter_any():
                if not silent.is_set():
                    await stream.write(chunk)
            return stream
