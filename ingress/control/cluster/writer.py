"""All that writes to the cluster, as one part of the control process."""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from ingress.compiler import Build
from ingress.control.cluster.certificate import WebhookCertificate
from ingress.control.cluster.complaints import Complaints
from ingress.control.cluster.events import EventWriter
from ingress.control.cluster.leader import Leader
from ingress.control.cluster.newest import Newest
from ingress.control.cluster.status import StatusWriter
from ingress.model.inventory import ObjectKey
from ingress.settings import WritingSettings
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable
from ingress.sources.cluster.credentials import NoCredentialsError

log = logging.getLogger(__name__)

CLEARING: Final = 20.0
"""Seconds in which the status is cleared; what is left then stays."""

HANDOVER: Final = CLEARING + 5.0
"""Seconds in which a leader hands over."""

LEASE: Final = "aiohttp-ingress-leader"
ADMISSION_SERVICE: Final = "aiohttp-ingress-admission"

AGAIN: Final = 10.0
"""Seconds after which a part that died, which is a bug of ours, starts again."""

Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[Api]]
Part: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class ClusterWriter:
    """Reports Builds to the cluster: as the leader in writing, as any replica at admission.

    ``sockets`` are those to answer reviews on, if any. ``report`` returns at once.
    """

    def __init__(
        self, settings: WritingSettings, connect: Connect, *, sockets: Sequence[socket.socket] = ()
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._sockets = sockets
        self._builds: Newest[Build] = Newest()

    def report(self, build: Build) -> None:
        """Keep the newest Build for those who write."""
        self._builds.put(build)

    async def run(self, stop: asyncio.Event) -> None:
        """Write while leading, until ``stop``; answer reviews until cancelled.

        After ``stop``, and before this returns, the Lease is let go of.
        """
        async with AsyncExitStack() as stack:
            api = await self._connected(stack)
            names = _names(self._settings, api)
            certificate = WebhookCertificate(
                api, service=names.service, webhook=self._settings.admission_webhook
            )
            leader = Leader(api, lease=names.lease, identity=names.identity)
            retiring = asyncio.Event()
            lead = partial(self._lead, api, names.pod, certificate=certificate, until=retiring)
            async with self._admitting(certificate):
                election = asyncio.create_task(
                    _steadfast("election", partial(leader.run, lead)), name="election"
                )
                try:
                    await stop.wait()
                finally:
                    retiring.set()
                    await _ended(election, within=HANDOVER if leader.leading else 0.0)
                await asyncio.Event().wait()

    async def _connected(self, stack: AsyncExitStack) -> Api:
        complaints = Complaints(log, "writing to the cluster")
        while True:
            try:
                return await stack.enter_async_context(self._connect())
            except NoCredentialsError as error:
                complaints.about(error)
            await asyncio.sleep(AGAIN)

    async def _lead(
        self, api: Api, pod: str, *, certificate: WebhookCertificate, until: asyncio.Event
    ) -> None:
        """Do what only the leader does."""
        settings = self._settings
        status = StatusWriter(api, settings, pod=pod, builds=self._builds)
        parts = {"events": EventWriter(api, instance=pod, builds=self._builds).run}
        if settings.publish_service or settings.publish_addresses:
            parts["status"] = status.run
        if self._sockets:
            parts["certificate"] = certificate.keep
        async with AsyncExitStack() as stack:
            for name, part in parts.items():
                await stack.enter_async_context(_running(name, part))
            await until.wait()
        if settings.clear_status:
            await self._clear(status)

    async def _clear(self, status: StatusWriter) -> None:
        try:
            async with asyncio.timeout(CLEARING):
                await status.clear()
        except (ApiError, ApiUnreachable, TimeoutError) as error:
            log.warning("the status of Ingresses was not cleared: %r", error)

    @asynccontextmanager
    async def _admitting(self, certificate: WebhookCertificate) -> AsyncIterator[None]:
        if not self._sockets:
            yield
            return
        # Most have no webhook, and need no server for it.
        from ingress.control.cluster.admission import AdmissionServer  # noqa: PLC0415

        server = AdmissionServer(builds=self._builds)
        async with (
            server.listening(self._sockets, certificate.context),
            _running("follower of the certificate", certificate.follow),
        ):
            yield


class _Names(NamedTuple):
    """What we are called, and what is called after us."""

    pod: str
    identity: str
    lease: ObjectKey
    service: ObjectKey


def _names(settings: WritingSettings, api: Api) -> _Names:
    pod = settings.pod_name or socket.gethostname()
    namespace = settings.pod_namespace or api.namespace or "default"
    return _Names(
        pod=pod,
        # A container that starts again has the pod's name too, but is another candidate.
        identity=f"{pod}_{secrets.token_hex(4)}",
        lease=settings.leader_lease or ObjectKey(namespace, LEASE),
        service=settings.admission_service or ObjectKey(namespace, ADMISSION_SERVICE),
    )


@asynccontextmanager
async def _running(name: str, part: Part) -> AsyncIterator[None]:
    """Run a part while the block runs."""
    task = asyncio.create_task(_steadfast(name, part), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _steadfast(name: str, part: Part) -> None:
    """Run a part to its end; if it dies instead, start it again.

    A bug in what we write to the cluster is no reason to stop serving.
    """
    while True:
        try:
            return await part()
        except Exception:
            log.exception("%s: died, which is a bug here; serving goes on", name)
        await asyncio.sleep(AGAIN)


async def _ended(task: "asyncio.Task[None]", *, within: float) -> None:
    """Return when a task has ended, of itself within some seconds; not even cancelled before."""
    waiting = asyncio.create_task(_over(task, within), name="handover")
    try:
        await asyncio.shield(waiting)
    finally:
        await waiting
        task.cancel()
        await asyncio.wait({task})


async def _over(task: "asyncio.Task[None]", within: float) -> None:
    await asyncio.wait({task}, timeout=within)
