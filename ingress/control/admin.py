"""The admin address: health, readiness, metrics, and what is served and why. It only answers GET.

What takes long is made in a thread, one at a time, so no question delays a request.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from socket import socket
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from ingress.control.publisher import Publisher
from ingress.control.questions import QuestionError, read_question
from ingress.explain import Asked, Explanation
from ingress.model.codec import dump
from ingress.model.finding import Finding

T = TypeVar("T")

_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_INDEX: Final = """\
aiohttp-ingress, admin address

/healthz    200 while the process lives, and workers do
/readyz     200 while a snapshot is served and nothing is being drained
/metrics    for Prometheus
/explain?url=https://host/path   which route takes a request, and why
            more: &method=POST &header=Name:value (repeatable) &client=192.0.2.7
/snapshot   what is served, secrets left out
/verdicts   what there is to say about the objects, as `ingress check -o json` does
"""


class Admin:
    """Answers questions about the process, ``draining`` being whether it takes no more requests.

    ``problem`` says what is wrong with it that a new start might mend, ``""`` where nothing is.
    """

    def __init__(
        self,
        *,
        publisher: Publisher,
        explain: Callable[[Asked], Explanation],
        findings: Callable[[], Sequence[Finding]],
        metrics: Callable[[], Awaitable[bytes]],
        problem: Callable[[], str],
        draining: Callable[[], bool],
    ) -> None:
        self._draining = draining
        self._publisher = publisher
        self._explain_served = explain
        self._findings = findings
        self._metrics = metrics
        self._problem = problem
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def listening(self, sockets: Sequence[socket]) -> AsyncIterator[None]:
        """Answer on these sockets while the block runs."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        try:
            for one in sockets:
                await web.SockSite(runner, one).start()
            yield
        finally:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._readiness)
        app.router.add_get("/metrics", self._prometheus)
        app.router.add_get("/explain", self._explain)
        app.router.add_get("/snapshot", self._snapshot)
        app.router.add_get("/verdicts", self._verdicts)
        return app

    async def _index(self, _request: web.Request) -> web.Response:
        return web.Response(text=_INDEX)

    async def _health(self, _request: web.Request) -> web.Response:
        if problem := self._problem():
            return web.Response(status=503, text=f"{problem}\n")
        return web.Response(text="ok\n")

    async def _readiness(self, _request: web.Request) -> web.Response:
        if self._draining():
            return web.Response(status=503, text="draining: no new requests are taken\n")
        publisher = self._publisher
        there = f"{publisher.workers_serving} of {publisher.workers} workers"
        if not publisher.serving.is_set():
            return web.Response(status=503, text="no snapshot is served by all workers yet\n")
        if not publisher.workers_serving:
            return web.Response(status=503, text=f"{there} are there\n")
        all_there = publisher.workers_serving == publisher.workers
        workers = "" if all_there else f", {there}"
        return web.Response(text=f"ok{workers}, generation {publisher.generation}\n")

    async def _prometheus(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": _METRICS_TYPE})

    async def _explain(self, request: web.Request) -> web.Response:
        try:
            question = read_question({name: request.query.getall(name) for name in request.query})
        except QuestionError as error:
            return _json({"error": str(error), "mend": error.mend}, status=400)
        return _json(await self._in_a_thread(self._explain_served, question))

    async def _snapshot(self, _request: web.Request) -> web.Response:
        return _json_text(await self._in_a_thread(dump, self._publisher.snapshot))

    async def _verdicts(self, _request: web.Request) -> web.Response:
        return _json(await self._in_a_thread(self._findings))

    async def _in_a_thread(self, make: Callable[..., T], *args: object) -> T:
        async with self._one_at_a_time:
            return await asyncio.to_thread(make, *args)


def _json(value: object, *, status: int = 200) -> web.Response:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    return _json_text(text, status=status)


def _json_text(text: bytes, *, status: int = 200) -> web.Response:
    return web.Response(body=text + b"\n", status=status, content_type="application/json")
