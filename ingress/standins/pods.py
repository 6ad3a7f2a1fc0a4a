"""The stand-ins that run: listeners on loopback ports, started and stopped as the plan changes."""

import asyncio
import errno
import socket
from functools import partial
from typing import Final

from aiohttp import web
from msgspec.structs import replace

from ingress.model.inventory import Inventory, share
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict
from ingress.standins.answers import answer
from ingress.standins.plan import Listener, PlannedPod, plan
from ingress.standins.slices import ADDRESS, with_stand_ins

LINGER: Final = 1.0
"""Seconds that a removed pod still accepts connections: until the news has reached the proxy."""
GRACE: Final = 30.0
"""Seconds that its requests then have to end, as in Kubernetes."""
_BACKLOG: Final = 1024


class StandIns:
    """Runs a stand-in for every pod that a cluster would run behind the Services.

    Its methods belong to one event loop; ``close`` ends everything.
    """

    def __init__(self, *, linger: float = LINGER, grace: float = GRACE) -> None:
        self._linger, self._grace = linger, grace
        self._listening: dict[Listener, _Server] = {}
        self._retiring: dict[Listener, tuple[_Server, asyncio.Task[None]]] = {}
        self._draining: dict[asyncio.Task[None], _Server] = {}
        self._seen = self._made = Inventory()
        self._pods: tuple[PlannedPod, ...] = ()
        self._verdicts: tuple[Verdict, ...] = ()

    async def reconcile(self, inventory: Inventory) -> Inventory:
        """Start and stop what the change asks for; return the Inventory with their slices.

        A pod that stays keeps its port, and what did not change stays the same object. A pod
        that cannot listen is told by a verdict.
        """
        if not self._made_of_same(inventory):
            self._pods = plan(inventory)
            wanted = {listener: None for pod in self._pods for listener in pod.listeners()}
            for listener in self._listening.keys() - wanted.keys():
                self._retire(listener)
            errors = [await self._start(listener) for listener in wanted]
            self._verdicts = tuple(error for error in errors if error is not None)
        self._seen = inventory
        ports = {listener: server.port for listener, server in self._listening.items()}
        made = with_stand_ins(inventory, self._pods, ports)
        made = replace(made, verdicts=(*inventory.verdicts, *self._verdicts))
        self._made = share(self._made, made)
        return self._made

    async def close(self) -> None:
        """Stop all stand-ins at once; requests under way are cut."""
        for server, task in self._retiring.values():
            self._draining[task] = server
        servers = [*self._listening.values(), *self._draining.values()]
        tasks = list(self._draining)
        self._listening.clear()
        self._retiring.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(server.close(0.05) for server in servers))

    def _made_of_same(self, inventory: Inventory) -> bool:
        tables = ("services", "workloads", "endpoint_slices", "endpoints")
        same = all(getattr(self._seen, name) is getattr(inventory, name) for name in tables)
        return same and not self._verdicts

    async def _start(self, listener: Listener) -> Verdict | None:
        if listener in self._listening:
            return None
        if listener in self._retiring:
            server, task = self._retiring.pop(listener)
            task.cancel()
        else:
            server = _Server(listener)
            try:
                await server.open()
            except OSError as error:
                return _cannot_listen(listener, error)
        self._listening[listener] = server
        return None

    def _retire(self, listener: Listener) -> None:
        server = self._listening.pop(listener)
        task = asyncio.create_task(self._leave(listener, server), name=f"retire {listener.pod}")
        self._retiring[listener] = server, task

    async def _leave(self, listener: Listener, server: "_Server") -> None:
        await asyncio.sleep(self._linger)
        _, task = self._retiring.pop(listener)
        self._draining[task] = server
        await server.close(self._grace)
        del self._draining[task]


class _Server:
    """One listener and its connections."""

    def __init__(self, listener: Listener) -> None:
        self.port = 0
        # Bodies are told as they came, and heads may be as long as anybody lets them be.
        self._http = web.Server(
            partial(_answer, listener=listener),
            access_log=None,
            auto_decompress=False,
            max_line_size=1 << 20,
            max_field_size=1 << 20,
            max_headers=1000,
        )
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free loopback port; raises OSError."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listening.bind((ADDRESS, 0))
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._http, sock=listening, backlog=_BACKLOG)
        except OSError:
            listening.close()
            raise
        self.port = listening.getsockname()[1]

    async def close(self, grace: float) -> None:
        """Accept no more, let requests under way end within ``grace`` seconds, then cut them."""
        if self._server is not None:
            self._server.close()
        transports = [connection.transport for connection in self._http.connections]
        self._http.pre_shutdown()
        await self._http.shutdown(grace)
        for transport in transports:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()  # a plain close would wait for a client to read
        await asyncio.sleep(0)


async def _answer(request: web.BaseRequest, *, listener: Listener) -> web.StreamResponse:
    return await answer(request, listener)


def _cannot_listen(listener: Listener, error: OSError) -> Verdict:
    mend = "Stop the program that uses up the machine's ports or sockets."
    if error.errno in (errno.EMFILE, errno.ENFILE):
        mend = "Raise the limit of open files (ulimit -n 65536), or lower the replicas."
    return verdict(
        ObjectRef("Service", *listener.service),
        Reason.INVALID_ENDPOINT,
        message=f"the stand-in {listener.pod} cannot listen: {error.strerror}",
        mend=mend,
    )
