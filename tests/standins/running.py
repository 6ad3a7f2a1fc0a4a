"""Stand-ins for one Service, and requests to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import Service
from ingress.model.workloads import Workload
from ingress.standins import StandIns

KEY = ObjectKey("default", "web")


def world(replicas: int = 1, *, name: str = "web") -> Inventory:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {}}
    metadata = {"name": name, "namespace": "default"}
    service: dict[str, Any] = {
        "metadata": metadata,
        "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    deployment = {
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": replicas, "template": template},
    }
    key = ObjectKey("default", name)
    return Inventory(
        services={key: msgspec.convert(service, Service)},
        workloads={("Deployment", key): msgspec.convert(deployment, Workload)},
    )


def ports(inventory: Inventory) -> dict[str, int]:
    """Return the loopback port of each pod."""
    return {
        endpoint.target_ref.name: port.port
        for found in inventory.endpoint_slices.values()
        for endpoint in found.endpoints or ()
        for port in found.ports or ()
        if endpoint.target_ref and port.port
    }


@asynccontextmanager
async def standing_in(**options: float) -> AsyncIterator[StandIns]:
    stand_ins = StandIns(**options)
    try:
        yield stand_ins
    finally:
        await stand_ins.close()


async def exchange(port: int, request: bytes) -> bytes:
    """Send bytes and return everything that comes back until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


async def get(port: int, target: str, *, head: str = "", method: str = "GET") -> tuple[str, bytes]:
    """Return the head and the body of an answer."""
    text = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n"
    answer = await exchange(port, text.encode())
    found, _, body = answer.partition(b"\r\n\r\n")
    return found.decode(), body
