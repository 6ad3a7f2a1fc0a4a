import asyncio
from contextlib import asynccontextmanager

from control.cluster.world import until
from msgspec import structs

from ingress.compiler import build_snapshot
from ingress.control.cluster.events import EventWriter
from ingress.control.cluster.newest import Newest
from ingress.model.inventory import ObjectKey


@asynccontextmanager
async def writing(world, build, instance="pod-0"):
    builds = Newest()
    builds.put(build)
    task = asyncio.create_task(EventWriter(world.api, instance=instance, builds=builds).run())
    try:
        yield builds
    finally:
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled(), task.exception()


async def events(world, *, reason=None):
    found = (await world.get("events.events.k8s.io"))["items"]
    return [one for one in found if reason in {None, one["reason"]}]


async def test_describe_says_what_is_wrong_where_and_how_to_mend_it(world):
    wrong = world.ingress(annotations={"nginx.ingress.kubernetes.io/ssl-redirect": "maybe"})
    wrong["spec"]["tls"] = [{"hosts": ["a.test"], "secretName": "www"}]
    await world.apply(wrong)
    async with writing(world, await world.build()):
        await until(lambda: _count(world, 3), "three Events")
    described = await world.kubectl("describe", "ingress", "web")
    lines = [line.split(None, 4) for line in described.splitlines() if " Warning" in line]
    assert {line[1] for line in lines} == {"InvalidAnnotation", "ServiceMissing", "SecretMissing"}
    assert {line[3] for line in lines} == {"aiohttp-ingress.dev/controller"}
    assert "spec.tls[0].secretName: Secret" in described
    assert 'mend: write "true" or "false"' in described


async def _count(world, number) -> bool:
    return len(await events(world)) == number


async def test_another_replica_goes_on_with_the_same_event(world):
    await world.apply(world.ingress())
    build = await world.build()
    async with writing(world, build):
        await until(lambda: _count(world, 1), "the Event")
    (first,) = await events(world)
    assert "series" not in first
    for number in (2, 3):
        async with writing(world, build, instance="pod-1"):

            async def counted(number=number) -> bool:
                (event,) = await events(world)
                return event.get("series", {}).get("count") == number

            await until(counted, f"a series of {number}")
    (event,) = await events(world)
    assert (event["reportingInstance"], event["eventTime"]) == ("pod-0", first["eventTime"])
    assert "(x3 over " in await world.kubectl("describe", "ingress", "web")


async def test_an_event_that_the_cluster_forgot_is_made_again(world):
    await world.apply(world.ingress())
    build = await world.build()
    async with writing(world, build):
        await until(lambda: _count(world, 1), "the Event")
    await world.kubectl("delete", "events", "--all")
    async with writing(world, build):
        await until(lambda: _count(world, 1), "the Event again")


async def test_a_new_verdict_is_told_and_a_mended_one_no_more(world):
    await world.apply(world.ingress())
    async with writing(world, await world.build()) as builds:
        await until(lambda: _count(world, 1), "the first")
        await world.kubectl("create", "service", "clusterip", "web", "--tcp=80:80")
        builds.put(await world.build())
        await until(lambda: _count(world, 2), "the second")
    found = {one["reason"]: one["regarding"]["kind"] for one in await events(world)}
    assert found == {"ServiceMissing": "Ingress", "NoReadyEndpoints": "Service"}


async def test_what_cannot_be_written_is_said_once_and_does_not_hold_up_the_rest(world, caplog):
    await world.apply(world.ingress("lost"), world.ingress("web", host="b.test"))
    build = await world.build()
    found = dict(build.inventory.ingresses)
    lost = found.pop(world.key("lost"))
    moved = structs.replace(lost, metadata=structs.replace(lost.metadata, namespace="nowhere"))
    inventory = structs.replace(
        build.inventory, ingresses={ObjectKey("nowhere", "lost"): moved, **found}
    )
    both = build_snapshot(inventory, build.memo.options, now=0.0)
    async with writing(world, both):
        await until(lambda: _count(world, 1), "the Event of the other")
        await until(lambda: "nowhere" in caplog.text, "a complaint")
    assert caplog.text.count("Events: 404 NotFound") == 1
