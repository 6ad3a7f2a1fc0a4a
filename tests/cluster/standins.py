"""Stand-in pods: one process inside the network that plays every pod, at all their addresses.

It answers with the pod address that was asked, and writes down each request. It has one listener
per port, which listens everywhere; or, if it is ``mortal``, one for each pod that lives, which is
closed with its connections the moment that the pod is deleted, as a process without manners does.

    python -m cluster.standins [--mortal] PORT...      KUBECONFIG says where the pods are
"""

import argparse
import asyncio
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon
from cluster.waiting import until

TESTS = Path(__file__).parents[1]
READY = "ready\n"


class StandIns(Daemon):
    """The process that plays pods, as the test sees it."""

    def __init__(self, plane: ControlPlane, *ports: int, mortal: bool = False) -> None:
        super().__init__(
            plane.inside,
            "-".join(["stand-ins", *map(str, ports)]),
            *(sys.executable, "-m", "cluster.standins", *(["--mortal"] if mortal else [])),
            *map(str, ports),
            env={"PYTHONPATH": str(TESTS), "KUBECONFIG": str(plane.kubeconfig)},
        )
        until(self._is_ready, "stand-ins ready")

    def _is_ready(self) -> bool:
        self.check()
        return READY in self.log.read_text()

    def requests(self) -> list[dict[str, Any]]:
        """Return what was asked, in order: address, port, method, target, headers and size."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line[0] == "{"]


class Pods:
    """All pods that the process plays."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._server = web.Server(_answer, access_log=None)
        self._listeners: dict[str, list[asyncio.Server]] = {}

    async def open(self, address: str) -> None:
        """Listen at an address, unless that is so."""
        if address not in self._listeners:
            self._listeners[address] = [
                await asyncio.get_running_loop().create_server(
                    self._server, address, port, backlog=1024
                )
                for port in self._ports
            ]

    def kill(self, address: str) -> None:
        """Stop listening at an address, and break its connections off."""
        for listener in self._listeners.pop(address, []):
            listener.close()
        for connection in self._server.connections:
            transport = connection.transport
            if transport is not None and transport.get_extra_info("sockname")[0] == address:
                transport.abort()

    async def follow(self) -> None:
        """Live and die with the pods of the cluster."""
        async for living, address in _lives():
            if living:
                await self.open(address)
            else:
                self.kill(address)


async def _answer(request: web.BaseRequest) -> web.Response:
    assert request.transport is not None
    address, port = request.transport.get_extra_info("sockname")[:2]
    seen = {
        "address": address,
        "port": port,
        "method": request.method,
        "target": request.raw_path,
        "headers": dict(request.headers),
        "size": len(await request.read()),
    }
    print(json.dumps(seen), flush=True)
    await asyncio.sleep(float(request.query.get("wait", 0)))  # the work that the pod has with it
    return web.Response(text=f"{address}\n", headers={"X-Pod-Address": address})


async def _lives() -> AsyncIterator[tuple[bool, str]]:
    """Yield (True, address) for a pod that runs, and (False, address) for one that is deleted."""
    async with _api(Path(os.environ["KUBECONFIG"])) as api:
        while True:
            try:
                async for event in _events(api):
                    pod = event["object"]
                    gone = event["type"] == "DELETED" or "deletionTimestamp" in pod["metadata"]
                    running = pod["status"].get("phase") == "Running"
                    if (address := pod["status"].get("podIP")) and (gone or running):
                        yield not gone, address
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)  # the API server is away: pods live on without it


def _api(kubeconfig: Path) -> aiohttp.ClientSession:
    config = json.loads(kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    trust = ssl.create_default_context(cafile=cluster["certificate-authority"])
    return aiohttp.ClientSession(
        cluster["server"],
        headers={"Authorization": f"Bearer {config['users'][0]['user']['token']}"},
        connector=aiohttp.TCPConnector(ssl=trust),
        timeout=aiohttp.ClientTimeout(total=None, connect=5),
        read_bufsize=1 << 20,  # a pod is one line
    )


async def _events(api: aiohttp.ClientSession) -> AsyncIterator[dict[str, Any]]:
    """Yield what there is, and then what happens, until the API server has enough of it."""
    async with api.get("/api/v1/pods", raise_for_status=True) as answer:
        pods = await answer.json()
    for pod in pods["items"]:
        yield {"type": "ADDED", "object": pod}
    since = {"watch": "1", "resourceVersion": pods["metadata"]["resourceVersion"]}
    async with api.get("/api/v1/pods", params=since, raise_for_status=True) as answer:
        async for line in answer.content:
            if (event := json.loads(line))["type"] == "ERROR":
                return
            yield event


async def main(*, ports: list[int], mortal: bool) -> None:
    """Play pods for ever."""
    pods = Pods(ports)
    if not mortal:
        await pods.open("0.0.0.0")
    print(READY, end="", flush=True)
    if mortal:
        await pods.follow()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--mortal", action="store_true")
    parser.add_argument("ports", type=int, nargs="+")
    asyncio.run(main(**vars(parser.parse_args())))
