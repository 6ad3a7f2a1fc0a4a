import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from control.receiver import Receiver, following, joined
from wire.upstreams import eventually

from ingress.control.admin import Admin
from ingress.control.explaining import Explainer
from ingress.control.listening import address_of, listen
from ingress.control.publisher import Publisher
from ingress.model.finding import Finding, finding
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, Host, HostKind, Snapshot
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.policies import PublicPorts
from ingress.settings import ListenAddress, ProxySettings

KEY = "-----BEGIN PRIVATE KEY----- not for anybody's eyes"
SNAPSHOT = Snapshot(
    hosts={"a.test": Host(pattern="a.test", kind=HostKind.EXACT)},
    certificates={
        "default/tls": Certificate(
            fingerprint="f",
            chain=b"chain",
            key=SecretBytes(KEY.encode()),
            names=("a.test",),
            not_before=0,
            not_after=1,
            key_type="ecdsa-p256",
        )
    },
)
FOUND = finding(
    verdict(ObjectRef("Ingress", "default", "web"), Reason.NO_RULES, message="none", mend="add")
)


class Asker:
    """An Admin on a port of its own, and a client for it."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.may_answer = threading.Event()
        self.may_answer.set()
        explainer = Explainer(self.publisher, settings=ProxySettings(), ports=PublicPorts())
        self.admin = Admin(
            publisher=self.publisher,
            explain=explainer.explain,
            findings=self.findings,
            metrics=self.metrics,
            problem=lambda: self.problem,
            draining=lambda: self.draining,
        )
        self.draining = False
        self.problem = ""
        self.client: aiohttp.ClientSession

    async def metrics(self) -> bytes:
        return b"ingress_generation 1.0\n"

    def findings(self) -> Sequence[Finding]:
        assert self.may_answer.wait(timeout=20)
        return [FOUND]

    async def get(self, path: str) -> tuple[int, str]:
        async with self.client.get(path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def asker() -> AsyncIterator[Asker]:
    sockets = listen([ListenAddress("127.0.0.1", 0)], flag="--admin")
    url = f"http://{address_of(sockets[0])}"
    async with following(Receiver()) as publisher:
        asker = Asker(publisher)
        async with asker.admin.listening(sockets), aiohttp.ClientSession(url) as asker.client:
            yield asker


async def test_readiness_says_why_not(asker: Asker) -> None:
    assert await asker.get("/readyz") == (503, "no snapshot is served by all workers yet\n")
    await asker.publisher.publish(Snapshot())
    assert await asker.get("/readyz") == (200, "ok, generation 1\n"), "an empty one counts"
    asker.draining = True
    assert await asker.get("/readyz") == (503, "draining: no new requests are taken\n")
    assert await asker.get("/healthz") == (200, "ok\n")


async def test_before_the_first_snapshot_there_is_nothing_to_show(asker: Asker) -> None:
    assert await asker.get("/snapshot") == (200, "null\n")
    status, text = await asker.get("/explain?url=http://a.test/")
    assert (status, '"status": 404' in text) == (200, True)


async def test_a_snapshot_has_no_keys(asker: Asker) -> None:
    await asker.publisher.publish(SNAPSHOT)
    status, text = await asker.get("/snapshot")
    assert status == 200
    assert '"a.test"' in text
    assert "[redacted]" in text
    assert "PRIVATE" not in text


async def test_health_says_what_a_new_start_might_mend(asker: Asker) -> None:
    asker.problem = "no worker lives for long"
    assert await asker.get("/healthz") == (503, "no worker lives for long\n")


async def test_readiness_says_how_many_workers_there_are_where_some_are_missing() -> None:
    sockets = listen([ListenAddress("127.0.0.1", 0)], flag="--admin")
    publisher = Publisher(workers=2)
    asker = Asker(publisher)
    url = f"http://{address_of(sockets[0])}"
    async with asker.admin.listening(sockets), aiohttp.ClientSession(url) as asker.client:
        async with joined(publisher, Receiver(), Receiver()):
            await publisher.publish(Snapshot())
            assert await asker.get("/readyz") == (200, "ok, generation 1\n")
        assert await asker.get("/readyz") == (503, "0 of 2 workers are there\n")
        async with joined(publisher, one := Receiver()):
            await eventually(lambda: one.received)
            assert await asker.get("/readyz") == (200, "ok, 1 of 2 workers, generation 1\n")


async def test_metrics_are_for_prometheus(asker: Asker) -> None:
    async with asker.client.get("/metrics") as answer:
        text = await answer.text()
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "ingress_generation 1.0" in text


async def test_it_only_answers_get(asker: Asker) -> None:
    async with asker.client.post("/snapshot") as answer:
        assert answer.status == 405
    assert (await asker.get("/secrets"))[0] == 404
    status, text = await asker.get("/")
    assert status == 200
    assert all(path in text for path in ("/readyz", "/metrics", "/explain?url=", "/verdicts"))


async def test_a_bad_question_is_answered_with_its_mend(asker: Asker) -> None:
    async with asker.client.get("/explain?url=http://a.test/&client=me") as answer:
        assert answer.status == 400
        assert await answer.json() == {
            "error": "'me' is no IP address",
            "mend": "write client=192.0.2.7",
        }


async def test_a_slow_answer_holds_nobody_up_but_those_that_want_one(asker: Asker) -> None:
    asker.may_answer.clear()
    slow = asyncio.create_task(asker.get("/verdicts"))
    also = asyncio.create_task(asker.get("/snapshot"))
    assert (await asker.get("/healthz"))[0] == 200
    assert (await asker.get("/metrics"))[0] == 200
    assert not slow.done()
    asker.may_answer.set()
    status, text = await slow
    assert (status, '"NoRules"' in text) == (200, True)
    assert (await also)[0] == 200
