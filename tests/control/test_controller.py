import asyncio
import base64
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Self

import pytest
from control.receiver import Receiver

from ingress.compiler import Build
from ingress.control.controller import Controller
from ingress.control.publisher import Publisher
from ingress.issuer.authority import Authority, new_authority
from ingress.issuer.leaf import LIFETIME
from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.objects import (
    Ingress,
    IngressRule,
    IngressSpec,
    IngressTLS,
    ObjectMeta,
    Secret,
)
from ingress.model.secret import SecretBytes
from ingress.model.verdict import Reason, Verdict
from ingress.settings import CompilerOptions


class Sink:
    """Keeps what was reported, and when there was something."""

    def __init__(self) -> None:
        self.reports: list[Sequence[Verdict]] = []
        self.wake = asyncio.Event()

    def report(self, build: Build) -> None:
        self.reports.append(build.verdicts)
        self.wake.set()

    async def next(self) -> Sequence[Verdict]:
        async with asyncio.timeout(20):
            await self.wake.wait()
        self.wake.clear()
        return self.reports[-1]


class Feed:
    """A source whose Inventories the test hands in."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Inventory] = asyncio.Queue()
        self.closed = False

    async def inventories(self) -> AsyncIterator[Inventory]:
        try:
            while True:
                yield await self.queue.get()
        finally:
            self.closed = True


class Run:
    def __init__(self) -> None:
        self.feed, self.sink, self.worker = Feed(), Sink(), Receiver()
        self.publisher = Publisher(workers=1)
        self.following = asyncio.create_task(self.publisher.attend(self.worker))
        self.controller = Controller(
            self.feed.inventories(),
            options=CompilerOptions(any_class=True),
            publisher=self.publisher,
            reporter=self.sink,
        )
        self.task = asyncio.create_task(self.controller.run())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self.task, self.following):
            task.cancel()
        await asyncio.wait({self.task, self.following})

    async def give(self, inventory: Inventory) -> Sequence[Verdict]:
        self.feed.queue.put_nowait(inventory)
        return await self.sink.next()


def serving(*hosts: str) -> Inventory:
    return Inventory(
        ingresses={
            ObjectKey("default", host): Ingress(
                metadata=ObjectMeta(name=host, namespace="default"),
                spec=IngressSpec(rules=(IngressRule(host=host),)),
            )
            for host in hosts
        }
    )


class Bug(dict[ObjectKey, Ingress]):
    """What no source hands out: it makes the compiler raise, as only a bug of ours could."""

    def _broken(self, *_: object) -> object:
        raise RuntimeError("a bug of ours")

    __iter__ = items = values = keys = __len__ = __bool__ = __getitem__ = get = _broken
    __contains__ = __eq__ = _broken


async def test_what_comes_before_an_inventory_is_read_ahead_and_not_served() -> None:
    async with Run() as run:
        whole = serving("a.test", "-bad-")
        run.feed.queue.put_nowait(Partial(ingresses=whole.ingresses))
        run.feed.queue.put_nowait(Partial(ingresses=serving("b.test").ingresses))
        verdicts = await run.give(whole)
        assert [v.reason for v in verdicts if v.reason is Reason.INVALID_HOST]
        assert run.publisher.generation == 1
        assert run.worker.serves.hosts.keys() == {"a.test"}
        run.feed.queue.put_nowait(Partial(ingresses=serving("b.test").ingresses))
        await run.give(serving("c.test"))
        assert run.worker.serves.hosts.keys() == {"c.test"}
    assert run.feed.closed


async def test_an_inventory_is_compiled_published_and_reported() -> None:
    async with Run() as run:
        verdicts = await run.give(serving("a.test", "-bad-"))
        assert [v.reason for v in verdicts if v.reason is Reason.INVALID_HOST]
        assert verdicts == run.controller.verdicts
        assert run.publisher.generation == 1
        assert run.publisher.snapshot == run.worker.serves

        await run.give(serving("b.test"))
        assert run.publisher.generation in {1, 2}
    assert run.feed.closed


async def test_the_compilers_exception_keeps_the_last_good_snapshot(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    async with Run() as run:
        await run.give(serving("a.test"))
        good = run.publisher.snapshot
        for count in (1, 2):
            run.feed.queue.put_nowait(Inventory(ingresses=Bug()))
            async with asyncio.timeout(20):
                while len(caplog.records) < count:  # noqa: ASYNC110 - a log has no Event
                    await asyncio.sleep(0.005)
        assert run.publisher.snapshot is good
        assert not run.task.done()
        tracebacks = [record.exc_info is not None for record in caplog.records]
        assert tracebacks == [True, False], "the traceback once, the line each time"
        assert "a bug of ours" in caplog.text

        await run.give(serving("a.test", "-bad-"))
        assert any(v.reason is Reason.INVALID_HOST for v in run.controller.verdicts)


async def test_a_certificate_that_expires_is_reported_with_no_object_changed() -> None:
    now = time.time()
    then = now - LIFETIME.total_seconds() + 2
    pair = Authority(new_authority(now=then), now=then).issue(["a.test"])
    key = ObjectKey("default", "tls")
    data = {
        name: SecretBytes(base64.b64encode(value))
        for name, value in (("tls.crt", pair.certificate), ("tls.key", pair.key.reveal()))
    }
    secret = Secret(
        metadata=ObjectMeta(name="tls", namespace="default"), type="kubernetes.io/tls", data=data
    )
    ingress = Ingress(
        metadata=ObjectMeta(name="web", namespace="default"),
        spec=IngressSpec(
            rules=(IngressRule(host="a.test"),),
            tls=(IngressTLS(hosts=("a.test",), secret_name="tls"),),
        ),
    )
    inventory = Inventory(ingresses={ObjectKey("default", "web"): ingress}, secrets={key: secret})
    async with Run() as run:
        before = await run.give(inventory)
        assert Reason.CERTIFICATE_EXPIRED not in {v.reason for v in before}
        after = await run.sink.next()
        assert Reason.CERTIFICATE_EXPIRED in {v.reason for v in after}
