import asyncio
import gc

from wire.served import served, snapshot_of
from wire.upstreams import GOOD, eventually, read_head, serving

from ingress.proxy.downstream.gate import Gate
from ingress.proxy.express.transit import Transit

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"


async def test_no_request_is_a_task():
    names = []

    async def serve(reader, writer):
        while True:
            await read_head(reader)
            names.append({task.get_name() for task in asyncio.all_tasks()})
            writer.write(GOOD)

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        for _ in range(3):
            assert (await client.ask(GET)).body == b"good"
    # The first one had to dial; that is over by now, and nothing else came.
    assert len(names[0] ^ names[-1]) <= 1
    assert len(names[1]) == len(names[2])


async def test_a_tunnel_is_one_that_ends():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n")
        await reader.read()

    def tunnels():
        return [task for task in asyncio.all_tasks() if task.get_name() == "tunnel"]

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        head = GET[:-2] + b"Connection: upgrade\r\nUpgrade: a\r\n\r\n"
        assert (await client.ask(head)).status == 101
        assert len(tunnels()) == 1
        client.close()
        await eventually(lambda: not tunnels())
        (series,) = house.worker.counts().series.values()
        assert series.classes == {1: 1}


async def test_answers_of_ours_need_no_upstream():
    async with served(snapshot_of({"/": ()}), lanes="both") as house:
        client = await house.client()
        statuses = [(await client.ask(GET.replace(b"/ ", path))).status for path in (b"/ ", b"/x ")]
        assert statuses == [503, 503]
        assert (await client.ask(GET.replace(b"a.test", b"-.test"))).status == 400


async def test_what_served_a_connection_goes_with_it_and_waits_for_no_collector():
    def left() -> list[object]:
        return [it for it in gc.get_objects() if isinstance(it, Gate | Transit)]

    async def serve(reader, writer):
        while True:
            await read_head(reader)
            writer.write(GOOD)

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        gc.collect()
        before = len(left())
        gc.disable()
        try:
            closing = GET[:-2] + b"Connection: close\r\n\r\n"
            for asked in (closing, GET):
                client = await house.client()
                assert (await client.ask(asked)).body == b"good"
                client.close()
            await eventually(lambda: house.worker.counts().connections == 0)
            await eventually(lambda: len(left()) == before)
        finally:
            gc.enable()
