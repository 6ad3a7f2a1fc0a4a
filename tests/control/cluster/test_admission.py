import asyncio
import io
import json
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from control.cluster.objects import build, ingress, plain

from ingress.control.cluster.admission import AdmissionServer
from ingress.control.cluster.newest import Newest
from ingress.issuer.authority import Authority, new_authority
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate
from ingress.proxy.tls import listening_context

NOW = 1_800_000_000.0
KIND = {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"}
AUTH = {"nginx.ingress.kubernetes.io/auth-url": "http://auth"}


class Served:
    """A server that runs, and the API server's way to ask it."""

    def __init__(self, builds, session, url) -> None:
        self.builds = builds
        self._session = session
        self._url = url

    async def ask(self, body: bytes, *, path: str = "/validate", method: str = "POST") -> Any:
        url = self._url + path
        async with self._session.request(method, url, data=io.BytesIO(body)) as answer:
            text = await answer.read()
            return answer.status, json.loads(text)["response"] if answer.status == 200 else text


def review(obj: Any, **more: Any) -> bytes:
    request = {"uid": "u1", "kind": KIND, "operation": "CREATE", "object": obj} | more
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    return json.dumps(body).encode()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    ca = new_authority(now=NOW)
    leaf = Authority(ca, now=NOW).issue(["localhost"])
    shown = Certificate(
        fingerprint="x",
        chain=leaf.certificate,
        key=SecretBytes(leaf.key.reveal()),
        names=("localhost",),
        not_before=0.0,
        not_after=NOW,
        key_type="ecdsa-p256",
    )
    client = ssl.create_default_context(cadata=ca.certificate.decode())
    client.verify_flags |= 0x200000  # X509_V_FLAG_NO_CHECK_TIME: these are of another year
    builds = Newest()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        connector = aiohttp.TCPConnector(ssl=client)
        async with (
            AdmissionServer(builds=builds).listening(
                [listener], listening_context(shown, lambda _: None)
            ),
            aiohttp.ClientSession(connector=connector) as session,
        ):
            yield Served(builds, session, f"https://localhost:{port}")


async def test_before_there_is_a_build_all_are_admitted_with_a_warning(served):
    status, said = await served.ask(review(plain(annotations=AUTH)))
    assert (status, said["allowed"]) == (200, True)
    assert said["warnings"] == ["it was not checked: the controller is still starting"]


async def test_good_ones_are_admitted_and_bad_ones_refused(served):
    served.builds.put(build(ingress("web"), services=("web", "b")))
    status, said = await served.ask(review(plain("b", host="b.test", annotations=AUTH)))
    assert (status, said["uid"], said["allowed"]) == (200, "u1", False)
    assert "UnknownAnnotation  Ingress default/b" in said["status"]["message"]
    assert await served.ask(review(plain(host="b.test"))) == (200, {"uid": "u1", "allowed": True})
    assert await served.ask(review(None, operation="DELETE")) == (
        200,
        {"uid": "u1", "allowed": True},
    )


async def test_what_is_no_review_is_400(served):
    for body in (b"", b"{}", review({"metadata": 7}), review(plain())[:50]):
        status, text = await served.ask(body)
        assert (status, text.split(b":")[0]) == (400, b"this is no AdmissionReview of an Ingress")


async def test_nothing_else_is_answered(served):
    assert (await served.ask(b"", path="/"))[0] == 404
    assert (await served.ask(b"", method="GET"))[0] == 405
    assert (await served.ask(b"x" * (9 * 1024 * 1024)))[0] == 413


async def test_reviews_that_come_at_once_are_all_answered(served):
    served.builds.put(build(ingress("web"), services=("web",)))
    answers = await asyncio.gather(
        *(served.ask(review(plain(f"n{i}", annotations=AUTH if i % 2 else {}))) for i in range(20))
    )
    assert [said["allowed"] for _, said in answers] == [True, False] * 10
