"""A cluster's worth of objects: Ingresses with their Services, endpoints and certificates."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ingress.issuer.authority import Authority, new_authority
from ingress.settings import CONTROLLER
from ingress.sources.cluster.api import Api

NAMESPACE: Final = "default"
CLASS: Final = "aiohttp"
PODS_PORT: Final = 8090
AT_ONCE: Final = 24
SECONDS: Final = 60.0

INGRESSES: Final = f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/ingresses"
SLICES: Final = f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices"
SERVICES: Final = f"/api/v1/namespaces/{NAMESPACE}/services"
SECRETS: Final = f"/api/v1/namespaces/{NAMESPACE}/secrets"
CLASSES: Final = "/apis/networking.k8s.io/v1/ingressclasses"
MERGE: Final = "application/merge-patch+json"


class Made(NamedTuple):
    """An object, and the collection that it goes to."""

    path: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.body["metadata"]["name"])


class Population:
    """Objects by number; every ``one_in`` th host has a certificate."""

    def __init__(self, *, controller: str = CONTROLLER, one_in: int = 10) -> None:
        self._controller = controller
        self._one_in = one_in
        self._authority = Authority(new_authority(now=time.time()), now=time.time())

    def all(self, count: int) -> Iterator[Made]:
        """Yield everything for this many Ingresses."""
        yield Made(
            CLASSES,
            {"metadata": {"name": CLASS}, "spec": {"controller": self._controller}},
        )
        for number in range(count):
            yield self.service(number)
            yield self.slice(number, address(number), address(number + 100_000))
            if number % self._one_in == 0:
                yield self.secret(number)
            yield self.ingress(number)

    def ingress(self, number: int) -> Made:
        """Return the Ingress of a host of its own."""
        backend = {"service": {"name": f"web-{number}", "port": {"number": 80}}}
        path = {"path": "/", "pathType": "Prefix", "backend": backend}
        spec = {
            "ingressClassName": CLASS,
            "rules": [{"host": host(number), "http": {"paths": [path]}}],
        }
        if number % self._one_in == 0:
            spec["tls"] = [{"hosts": [host(number)], "secretName": f"tls-{number}"}]
        return Made(INGRESSES, {"metadata": {"name": f"web-{number}"}, "spec": spec})

    def service(self, number: int) -> Made:
        """Return its Service, which selects nothing: its endpoints are written by hand."""
        spec = {"ports": [{"port": 80, "targetPort": PODS_PORT}]}
        return Made(SERVICES, {"metadata": {"name": f"web-{number}"}, "spec": spec})

    def slice(self, number: int, *addresses: str) -> Made:
        """Return its endpoints."""
        labels = {"kubernetes.io/service-name": f"web-{number}"}
        return Made(
            SLICES,
            {
                "metadata": {"name": f"web-{number}", "labels": labels},
                "addressType": "IPv4",
                "ports": [{"name": "", "port": PODS_PORT}],
                "endpoints": [
                    {"addresses": [each], "conditions": {"ready": True}} for each in addresses
                ],
            },
        )

    def secret(self, number: int) -> Made:
        """Return a new certificate for its host."""
        pair = self._authority.issue([host(number)])
        data = {"tls.crt": pair.certificate, "tls.key": pair.key.reveal()}
        encoded = {name: base64.b64encode(pem).decode() for name, pem in data.items()}
        meta = {"name": f"tls-{number}"}
        return Made(SECRETS, {"metadata": meta, "type": "kubernetes.io/tls", "data": encoded})


def host(number: int) -> str:
    """Return the host of an Ingress."""
    return f"host-{number}.example.test"


def address(number: int) -> str:
    """Return a pod's address, of 10.244.0.0/16."""
    return f"10.244.{number // 250 % 250}.{number % 250 + 1}"


async def make(api: Api, made: Made) -> None:
    """Make an object."""
    await api.send("POST", made.path, body=json.dumps(made.body).encode(), seconds=SECONDS)


async def change(api: Api, made: Made) -> None:
    """Change an object that is there."""
    body = json.dumps(made.body).encode()
    path = f"{made.path}/{made.name}"
    await api.send("PATCH", path, body=body, content_type=MERGE, seconds=SECONDS)


async def populate(api: Api, population: Population, count: int) -> None:
    """Make all of them."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(made: Made) -> None:
        async with gate:
            await make(api, made)

    async with asyncio.TaskGroup() as group:
        for made in population.all(count):
            group.create_task(one(made), name=made.name)
