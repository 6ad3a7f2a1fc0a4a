import logging

import pytest
from control.receiver import Receiver

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
    publisher = Publisher([worker])
    assert (publisher.generation, publisher.snapshot) == (0, None)
    assert not publisher.serving.is_set()
    assert await publisher.publish(Snapshot()) == 1
    assert [(p.generation, p.base) for p in worker.received] == [(1, 0)]
    assert publisher.snapshot == Snapshot()
    assert publisher.serving.is_set()


async def test_what_follows_is_the_delta_from_what_was_acknowledged() -> None:
    worker = Receiver()
    publisher = Publisher([worker])
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
    publisher = Publisher([worker])
    assert await publisher.publish(snapshot("a.test")) == 1
    assert await publisher.publish(snapshot("a.test")) == 1
    assert len(worker.received) == 1


async def test_after_a_refusal_the_old_one_stays_and_the_next_is_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Receiver()
    publisher = Publisher([worker])
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
    worker = Receiver()
    publisher = Publisher([worker])
    await publisher.publish(snapshot("a.test"))
    worker.refuses = "no"
    await publisher.publish(snapshot("bad.test"))
    assert await publisher.publish(snapshot("a.test")) == 1
    assert len(worker.received) == 2


async def test_a_first_that_is_refused_serves_nothing() -> None:
    worker = Receiver()
    worker.refuses = "no"
    publisher = Publisher([worker])
    assert await publisher.publish(snapshot("a.test")) == 0
    assert publisher.snapshot is None
    assert not publisher.serving.is_set()


async def test_an_answer_about_another_generation_is_no_acknowledgement(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    worker = Receiver()
    worker.answers_with = 7
    assert await Publisher([worker]).publish(snapshot("a.test")) == 0
    assert "it answered Applied(generation=7)" in caplog.text


async def test_every_worker_has_its_own_base() -> None:
    steady, shaky = Receiver(), Receiver()
    publisher = Publisher([steady, shaky])
    await publisher.publish(snapshot("a.test"))
    shaky.refuses = "no memory"
    assert await publisher.publish(snapshot("b.test")) == 1, "the newest that all serve"
    assert publisher.snapshot == snapshot("a.test")
    shaky.refuses = ""
    assert await publisher.publish(snapshot("c.test")) == 3
    assert (steady.received[-1].base, shaky.received[-1].base) == (2, 0)
    assert steady.serves == shaky.serves == snapshot("c.test")


async def test_a_broken_channel_is_raised() -> None:
    worker = Receiver()
    worker.breaks = ConnectionResetError("gone")
    with pytest.raises(ExceptionGroup) as caught:
        await Publisher([worker]).publish(snapshot("a.test"))
    assert caught.group_contains(ConnectionResetError)
