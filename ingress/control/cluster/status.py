"""The addresses under which we are reached, written into the status of the Ingresses that are ours.

Server-side apply of that one field, as its owner: nothing else is touched, no conflict is possible,
and what we take back is only what we wrote (docs/decisions/0031).
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from ingress.compiler import Build
from ingress.control.cluster.addresses import (
    Addresses,
    Node,
    OurPod,
    OurPodsList,
    PublishedService,
    address,
    addresses_of,
    ordered,
)
from ingress.control.cluster.applying import NotThereError, apply
from ingress.control.cluster.complaints import Complaints
from ingress.control.cluster.newest import Newest
from ingress.control.cluster.pace import Failure, Pace, asked_to_wait, is_in_trouble
from ingress.control.cluster.publication import Entry, Publication
from ingress.model.inventory import ObjectKey
from ingress.model.objects import SERVICE_NAME_LABEL
from ingress.settings import WritingSettings
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable

log = logging.getLogger(__name__)

LOOK: Final = 10.0
"""Seconds between two looks at the Service before us, whose address may come minutes late."""

ROUND: Final = 1.0
"""Seconds between two rounds through the Ingresses, however often they change."""

AT_ONCE: Final = 8
"""Writes that are under way: a server that has much to do answers later, and is asked less."""

REFUSED_PER_SECOND: Final = 50.0
"""What is refused is answered at once, and asked for again in every round."""

REQUEST: Final = 10.0

_SERVICE: Final = msgspec.json.Decoder(PublishedService)
_NODE: Final = msgspec.json.Decoder(Node)
_PODS: Final = msgspec.json.Decoder(OurPodsList)


class StatusWriter:
    """Keeps ``status.loadBalancer.ingress`` right while ``run`` runs."""

    def __init__(
        self, api: Api, settings: WritingSettings, *, pod: str, builds: Newest[Build]
    ) -> None:
        self._api = api
        self._settings = settings
        self._pod = pod
        self._builds = builds
        self._publication = Publication()
        self._reached: Addresses | None = None
        self._looked = -LOOK
        self._refused = Pace(REFUSED_PER_SECOND)
        self._complaints = Complaints(log, "the status of Ingresses")
        self._address_complaints = Complaints(log, "our addresses")
        self._node_complaints = Complaints(log, "the addresses of nodes")

    async def run(self) -> None:
        """Write what differs, now and after every change, for ever."""
        while True:
            build = await self._builds.get()
            await self._look()
            taken = self._reached is None or await self._write_all(
                self._publication.due(build, self._reached)
            )
            await asyncio.sleep(ROUND)
            if taken:
                await self._builds.changed(since=build, within=LOOK)

    async def clear(self) -> None:
        """Take our addresses back, unless another pod of ours still serves."""
        build = self._builds.newest
        if build is None or await self._others_serve():
            return
        while not await self._write_all(self._publication.due(build, ())):  # noqa: ASYNC110 - it writes
            await asyncio.sleep(ROUND)

    async def _write_all(self, entries: Sequence[Entry]) -> bool:
        """Write some at a time; return false where the server is in no state to take them all.

        Those that fail are due again in the next round, and so is the rest then.
        """
        rest = (entry for entry in entries)
        failures: list[Failure] = []

        async def write_some() -> None:
            for entry in rest:
                if failure := await self._failure(entry):
                    failures.append(failure)
                    if is_in_trouble(failure):
                        rest.close()
                    await self._refused.turn()

        async with asyncio.TaskGroup() as group:
            for number in range(min(AT_ONCE, len(entries))):
                group.create_task(write_some(), name=f"status {number}")
        if failures:
            self._complaints.about(failures[0])
        elif entries:
            self._complaints.none()
        await asyncio.sleep(max(map(asked_to_wait, failures), default=0.0))
        return not any(map(is_in_trouble, failures))

    async def _failure(self, entry: Entry) -> Failure | None:
        """Write an entry and return why that failed, if it did."""
        try:
            await self._write(entry)
        except (ApiError, ApiUnreachable) as error:
            return error
        except NotThereError:
            pass  # the watch will tell
        self._publication.wrote(entry)
        return None

    async def _write(self, entry: Entry) -> None:
        namespace, name = entry.key
        # What is left out is dropped if it is ours; an empty list would be ours.
        shown = {"loadBalancer": {"ingress": entry.addresses}} if entry.addresses else {}
        await apply(
            self._api,
            f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses/{name}/status",
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                # The uid makes sure that it is no namesake made since.
                "metadata": {"name": name, "uid": entry.ingress.metadata.uid},
                "status": shown,
            },
            seconds=REQUEST,
        )

    # -- where we are reached -------------------------------------------------------------

    async def _look(self) -> None:
        """Find our addresses, if it is time; without an answer, what is known stays."""
        if time.monotonic() - self._looked < LOOK:
            return
        try:
            self._reached = await self._addresses()
            self._looked = time.monotonic()
        except (ApiError, ApiUnreachable) as error:
            self._address_complaints.about(error)
        else:
            self._address_complaints.none()

    async def _addresses(self) -> Addresses | None:
        service = self._settings.publish_service
        if service is None:
            return ordered(map(address, self._settings.publish_addresses))
        path = f"/api/v1/namespaces/{service.namespace}/services/{service.name}"
        found = _SERVICE.decode(await self._api.get(path, seconds=REQUEST))
        if not found.is_reached_by_nodes:
            return addresses_of(found)
        names = sorted({pod.node_name for pod in await self._pods(service) if pod.node_name})
        if not names:
            # We are one of these pods, so this is soon over: an address in between would flap.
            return self._reached
        nodes = [await self._node(name) for name in names]
        return addresses_of(found, (node for node in nodes if node))

    async def _node(self, name: str) -> Node | None:
        """Read a node; one that is gone, or that we may not read, has no address."""
        try:
            return _NODE.decode(await self._api.get(f"/api/v1/nodes/{name}", seconds=REQUEST))
        except ApiError as error:
            if error.status in {403, 404}:
                self._node_complaints.about(error)
                return None
            raise

    async def _pods(self, service: ObjectKey) -> Sequence[OurPod]:
        path = f"/apis/discovery.k8s.io/v1/namespaces/{service.namespace}/endpointslices"
        query = {"labelSelector": f"{SERVICE_NAME_LABEL}={service.name}"}
        return _PODS.decode(await self._api.get(path, query=query, seconds=REQUEST)).ready()

    async def _others_serve(self) -> bool:
        service = self._settings.publish_service
        if service is None:
            return False
        pods = await self._pods(service)
        return any(pod.target_ref.name not in {"", self._pod} for pod in pods)
