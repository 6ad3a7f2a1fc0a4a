import pytest
from aiohttp import web
from sources.cluster.objects import CLASS, ingress, secret
from sources.cluster.server import page, refuses, returns

from ingress.sources.cluster.api import ApiError
from ingress.sources.cluster.once import read_once

LISTS = {
    "ingressclasses": returns(page("5", CLASS)),
    "ingresses": returns(page("5", ingress("web", "tls", "opaque"))),
    "secrets": returns(page("5", secret("tls", type="kubernetes.io/tls"))),
    "opaque": returns(secret("opaque")),
    "tls": returns(secret("tls", type="kubernetes.io/tls")),
}


def only(answers):
    async def answer(request: web.Request) -> web.StreamResponse:
        last = request.path.rpartition("/")[2]
        return await answers.get(last, returns(page("5")))(request)

    return answer


async def read(server, answers, *namespaces):
    server.answer = only(answers)
    async with server.api():
        return await read_once(kubeconfig=str(server.folder / "kubeconfig"), namespaces=namespaces)


async def test_all_that_there_is(server):
    inventory = await read(server, LISTS)
    assert [key.name for key in inventory.secrets] == ["tls", "opaque"]
    assert [key.name for key in inventory.ingress_classes] == ["aiohttp"]
    assert inventory.verdicts == ()


async def test_what_may_not_be_listed_is_a_verdict_or_an_error(server):
    refused = {"ingressclasses": refuses(403), "secrets": refuses(403)}
    inventory = await read(server, LISTS | refused, "shop")
    assert [key.name for key in inventory.secrets] == ["opaque", "tls"]
    assert [verdict.reason for verdict in inventory.verdicts] == ["NotPermitted"] * 2
    for refusal in ({"services": refuses(403)}, {"secrets": refuses(500)}):
        with pytest.raises(ApiError):
            await read(server, LISTS | refusal)
