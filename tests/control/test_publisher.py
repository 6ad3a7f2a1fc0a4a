import asyncio
import logging

import pytest
from control.receiver import Receiver, following, joined
from wire.upstreams import eventually

from ingress.control.publisher import Publisher
from ingress.model.snapshot import Backend, Endpoint, Host, HostKind, Snapshot


def snapshot(*names: str, port: int = 80) -> Snapshot:
    backend = Backend(key="a/b:80", endpoints=(Endpoint(address="127.0.0.1", port=port),))
    return Snapshot(
        hosts={name: Host(pattern=name, kind=HostKind.EXACT) for name in names},
        backends={"a/b:80": backend},
    )


async def test_the_first_is_whole_also_when_it_is_empty() -> None:
    worker = Receiver()
    async with following(worker) as publisher:
        assert (publisher.generation, publisher.snapshot) == (0, None)
        assert not publisher.serving.is_set()
        assert await publisher.publish(Snapshot()) == 1
        assert [(p.generation, p.base) for p in worker.received] == [(1, 0)]
        assert publisher.snapshot == Snapshot()
        assert publisher.serving.is_set()


async def test_what_follows_is_the_delta_from_what_was_acknowledged() -> None:
    worker = Receiver()
    async with following(worker) as publisher:
        await publisher.publish(snapshot("a.test", "b.test"))
        await publisher.publish(snapshot("b.test", "c.test"))
        last = worker.received[-1]
        assert (last.generation, last.base) == (2, 1)
        assert set(last.delta.hosts.changed) == {"c.test"}
        assert last.delta.hosts.dropped == ("a.test",)
        assert not last.delta.backends.changed
        assert worker.serves == snapshot("b.test", "c.test")


async def test_nothing_is_sent_where_nothing_changed() -> None:
    worker = Receiver()
    async with following(worker) as publisher:
        assert await publisher.publish(snapshot("a.test")) == 1
        assert await publisher.publish(snapshot("a.test")) == 1
        assert len(worker.received) == 1


async def test_after_a_refusal_the_old_one_stays_and_the_next_is_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Receiver()
    async with following(worker) as publisher:
        await publisher.publish(snapshot("a.test"))
        worker.refuses = "the key is of no known type"
        assert await publisher.publish(snapshot("a.test", "bad.test")) == 1
        assert publisher.snapshot == snapshot("a.test")
        assert "refused generation 2" in caplog.text
        assert "the key is of no known type" in caplog.text

        worker.refuses = ""
        assert await publisher.publish(snapshot("a.test", "c.test")) == 3
        whole = worker.received[-1]
        assert (whole.generation, whole.base) == (3, 0)
        assert set(whole.delta.hosts.changed) == {"a.test", "c.test"}
        assert worker.serves == snapshot("a.test", "c.test")

        await publisher.publish(snapshot("c.test"))
        assert worker.received[-1].base == 3, "and then deltas again"


async def test_going_back_to_what_is_served_sends_nothing_after_a_refusal() -> None:
    worker, late = Receiver(), Receiver()
    async with following(worker) as publisher:
        await publisher.publish(snapshot("a.test"))
        worker.refuses = "no"
        await publisher.publish(snapshot("bad.test"))
        assert await publisher.publish(snapshot("a.test")) == 1
        assert len(worker.received) == 2
        async with joined(publisher, late):
            await eventually(lambda: publisher.workers_serving == 2)
            assert late.serves == snapshot("a.test"), "nor is the bad one sent to anybody else"


async def test_a_first_that_is_refused_serves_nothing() -> None:
    worker = Receiver()
    worker.refuses = "no"
    async with following(worker) as publisher:
        assert await publisher.publish(snapshot("a.test")) == 0
        assert publisher.snapshot is None
        assert not publisher.serving.is_set()


async def test_an_answer_about_another_generation_is_no_acknowledgement(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    worker = Receiver()
    worker.answers_with = 7
    async with following(worker) as publisher:
        assert await publisher.publish(snapshot("a.test")) == 0
    assert "it answered Applied(generation=7)" in caplog.text


async def test_every_worker_has_its_own_base() -> None:
    steady, shaky = Receiver(), Receiver()
    async with following(steady, shaky) as publisher:
        await publisher.publish(snapshot("a.test"))
        shaky.refuses = "no memory"
        assert await publisher.publish(snapshot("b.test")) == 1, "the newest that all serve"
        assert publisher.snapshot == snapshot("a.test")
        shaky.refuses = ""
        assert await publisher.publish(snapshot("c.test")) == 3
        assert (steady.received[-1].base, shaky.received[-1].base) == (2, 0)
        assert steady.serves == shaky.serves == snapshot("c.test")


async def test_workers_that_hold_the_same_are_sent_the_very_same_bytes() -> None:
    workers = Receiver(), Receiver()
    async with following(*workers) as publisher:
        for name in ("a.test", "b.test"):
            await publisher.publish(snapshot(name))
    one, other = (worker.bytes for worker in workers)
    assert all(a is b for a, b in zip(one, other, strict=True))


async def test_a_broken_channel_is_raised_and_nobody_waits_for_it() -> None:
    worker, broken = Receiver(), Receiver()
    publisher = Publisher(workers=2)
    async with joined(publisher, worker):
        attending = asyncio.create_task(publisher.attend(broken))
        await asyncio.sleep(0)
        broken.breaks = ConnectionResetError("gone")
        assert await publisher.publish(snapshot("a.test")) == 1
        with pytest.raises(ConnectionResetError):
            await attending
        assert publisher.workers_serving == 1
        assert not publisher.serving.is_set(), "that takes all of them"


async def test_a_worker_that_comes_later_gets_the_whole_and_then_deltas() -> None:
    first, second = Receiver(), Receiver()
    async with following(first) as publisher:
        await publisher.publish(snapshot("a.test"))
        await publisher.publish(snapshot("a.test", "b.test"))
        async with joined(publisher, second):
            await eventually(lambda: second.received)
            assert [(p.generation, p.base) for p in second.received] == [(2, 0)]
            await publisher.publish(snapshot("b.test"))
            assert [(p.generation, p.base) for p in second.received] == [(2, 0), (3, 2)]
            assert first.serves == second.serves


async def test_what_was_served_last_is_remembered_while_no_worker_is_there() -> None:
    publisher = Publisher(workers=1)
    async with joined(publisher, Receiver()):
        await publisher.publish(snapshot("a.test"))
    assert (publisher.workers_serving, publisher.generation) == (0, 1)
    assert publisher.snapshot == snapshot("a.test")
    assert await publisher.publish(snapshot("b.test")) == 1
    async with joined(publisher, late := Receiver()):
        await eventually(lambda: publisher.generation == 2)
        assert late.serves == snapshot("b.test")


async def test_a_new_worker_that_refuses_the_newest_gets_what_another_took() -> None:
    old, new = Receiver(), Receiver()
    async with following(old) as publisher:
        await publisher.publish(snapshot("a.test"))
        old.refuses = "no"
        await publisher.publish(snapshot("bad.test"))
        new.refuses_only = "bad.test"
        async with joined(publisher, new):
            await eventually(lambda: publisher.workers_serving == 2)
            assert new.serves == snapshot("a.test")
            assert (publisher.generation, publisher.snapshot) == (1, snapshot("a.test"))


async def test_a_worker_that_hangs_holds_up_neither_the_others_nor_the_next_snapshot() -> None:
    quick, hanging = Receiver(), Receiver()
    publisher = Publisher(workers=2, patience=0.05)
    async with joined(publisher, quick, hanging):
        await publisher.publish(snapshot("a.test"))
        hanging.goes_on.clear()
        for name in ("b.test", "c.test", "d.test"):
            assert await publisher.publish(snapshot(name)) == 1
            assert quick.serves == snapshot(name)
        hanging.goes_on.set()
        await eventually(lambda: publisher.generation == 4)
        assert [p.generation for p in hanging.received] == [1, 2, 4], "the newest only"
