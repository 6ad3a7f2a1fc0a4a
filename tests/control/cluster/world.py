"""What one test has of the cluster: a namespace and an IngressClass, written by kubectl."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
from cluster.manifests import ingress, ingress_class

from ingress.compiler import Build, build_snapshot
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import Ingress, IngressClass, Service
from ingress.settings import CompilerOptions
from ingress.sources.cluster.api import Api

NOW = 1_800_000_000.0


class World:
    """Objects of a namespace, as kubectl writes and reads them, and the Build of them."""

    def __init__(self, tier: Any, api: Api, *, namespace: str, name: str) -> None:
        self.tier = tier
        self.api = api
        self.namespace = namespace
        self.ingress_class = name
        tier.apply(ingress_class(self.ingress_class))

    def key(self, name: str) -> ObjectKey:
        return ObjectKey(self.namespace, name)

    async def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """Run kubectl while our own tasks go on."""
        return await asyncio.to_thread(
            self.tier.kubectl, f"--namespace={self.namespace}", *words, stdin=stdin
        )

    async def apply(self, *objects: dict[str, Any]) -> None:
        items = {"kind": "List", "apiVersion": "v1", "items": objects}
        await self.kubectl("apply", "-f", "-", stdin=json.dumps(items))

    async def get(self, *words: str) -> dict[str, Any]:
        return dict(json.loads(await self.kubectl("get", *words, "-o", "json")))

    async def addresses(self, name: str) -> list[str]:
        """Return what kubectl shows as ADDRESS."""
        found = await self.get("ingress", name)
        shown = found["status"]["loadBalancer"].get("ingress", ())
        return [one.get("ip") or one["hostname"] for one in shown]

    async def build(self) -> Build:
        """Compile what the namespace holds."""
        folder = f"/apis/networking.k8s.io/v1/namespaces/{self.namespace}/ingresses"
        inventory = Inventory(
            ingresses=await self._listed(folder, Ingress),
            ingress_classes=await self._listed(
                "/apis/networking.k8s.io/v1/ingressclasses", IngressClass
            ),
            services=await self._listed(f"/api/v1/namespaces/{self.namespace}/services", Service),
        )
        options = CompilerOptions(ingress_classes=(self.ingress_class,))
        return build_snapshot(inventory, options, now=NOW)

    async def _listed(self, path: str, view: type[Any]) -> dict[ObjectKey, Any]:
        items = msgspec.json.decode(await self.api.get(path, seconds=20))["items"]
        objects = [msgspec.convert(item, view) for item in items]
        return {ObjectKey(it.metadata.namespace, it.metadata.name): it for it in objects}

    def ingress(self, name: str = "web", **more: Any) -> dict[str, Any]:
        """Return an Ingress of our class, with a backend of its own name."""
        return ingress(name, namespace=self.namespace, class_name=self.ingress_class, **more)


async def until(question: Callable[[], Any], what: str, *, within: float = 30.0) -> Any:
    """Ask, or await, until the answer is true; return it."""
    try:
        async with asyncio.timeout(within):
            while True:
                answer = question()
                if asyncio.iscoroutine(answer):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(0.02)  # between two looks, never in place of one
    except TimeoutError:
        raise AssertionError(f"{what}: not within {within:g} s") from None
