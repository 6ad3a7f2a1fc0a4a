"""The admission webhook: an HTTPS server that the API server asks before it takes an Ingress.

It only answers POST /validate, and never longer than the compiler takes. What it does not
understand is 400, and what it cannot judge yet is admitted: the cluster's writes must not hang on
a controller that is still starting.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from socket import socket
from typing import Final

from aiohttp import web

from ingress.compiler import Build
from ingress.control.cluster.newest import Newest
from ingress.control.cluster.reviews import Answer, ReviewError, judge, read_review, write_review

PATH: Final = "/validate"

_MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes: an object and the one before, of which etcd takes 1.5 MiB each, with room for escapes."""


class AdmissionServer:
    """Answers reviews by the newest Build."""

    def __init__(self, *, builds: Newest[Build]) -> None:
        self._builds = builds
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def listening(
        self, sockets: Sequence[socket], context: ssl.SSLContext
    ) -> AsyncIterator[None]:
        """Answer on these sockets while the block runs."""
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_post(PATH, self._validate)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            for one in sockets:
                await web.SockSite(runner, one, ssl_context=context).start()
            yield
        finally:
            await runner.cleanup()

    async def _validate(self, request: web.Request) -> web.Response:
        try:
            asked, ingress, before = read_review(await request.read())
        except ReviewError as error:
            return web.Response(status=400, text=f"{error}\n")
        answer = Answer()
        build = self._builds.newest
        if ingress and build:
            async with self._one_at_a_time:
                answer = await asyncio.to_thread(judge, build, ingress, before, now=time.time())
        elif ingress:
            answer = Answer(warnings=("it was not checked: the controller is still starting",))
        return web.Response(body=write_review(asked, answer), content_type="application/json")
