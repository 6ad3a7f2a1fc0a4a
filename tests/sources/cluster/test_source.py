"""The source as the controller sees it; tests/cluster has it before a real API server."""

import asyncio
from contextlib import aclosing

import pytest
from sources.cluster.server import bookmark, event, says, service

from ingress.model.inventory import Inventory
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.sources.cluster.credentials import NoCredentialsError
from ingress.sources.cluster.source import Cluster


def only_services(rest):
    found = says(event("ADDED", service("web", "6")), bookmark("7", whole=True), hangs=True)

    async def answer(request):
        return await (found if request.path.endswith("/services") else rest)(request)

    return answer


async def test_an_empty_cluster_is_read_and_read_again(server):
    server.answer = says(bookmark("5", whole=True), hangs=True)
    async with server.api():
        cluster = Cluster(kubeconfig=str(server.folder / "kubeconfig"))
        cluster.reread()
        await cluster.prepare()
        async with asyncio.timeout(20), aclosing(cluster.inventories()) as inventories:
            assert await anext(inventories) == Inventory()
            server.answer = only_services(server.answer)
            cluster.reread()
            assert len((await anext(inventories)).services) == 1


async def test_no_credentials(tmp_path):
    cluster = Cluster(kubeconfig=str(tmp_path / "nowhere"))
    with pytest.raises(NoCredentialsError):
        await cluster.prepare()
    with pytest.raises(NoCredentialsError):
        await anext(cluster.inventories())


def test_no_verdict_is_of_a_file():
    said = verdict(ObjectRef("Service", "a", "b"), Reason.SERVICE_MISSING, message="m", mend="d")
    assert Cluster().locate(said) is None
