import json
from ipaddress import ip_network

import pytest
from wire.served import served, snapshot_of
from wire.upstreams import GOOD, read_head, serving

from ingress.model.policies import BodyLimit, Policies

GET = b"GET /a?b HTTP/1.1\r\nHost: A.test:80\r\n"

pytestmark = pytest.mark.usefixtures("each_lane")


async def test_both_lanes_record_a_request_alike():
    async def serve(reader, writer):
        while await read_head(reader):
            writer.write(GOOD)

    asked = GET + b"User-Agent: caf\xc3\xa9 \xff\r\nReferer: r\r\nX-Request-ID: mine\r\n\r\n"
    async with (
        serving(serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), access_log="json") as house,
    ):
        assert (await house.ask(asked)).status == 200
    record = json.loads(house.log.getvalue())
    for measured in ("at", "duration", "upstream_duration"):
        assert record.pop(measured)
    assert record == {
        "request_id": "mine",
        "client": "127.0.0.1",
        "scheme": "http",
        "method": "GET",
        "host": "A.test:80",
        "target": "/a?b",
        "version": "1.1",
        "referer": "r",
        "user_agent": "café \\xff",
        "generation": 1,
        "ingress": "default/test",
        "service": "default/service-0",
        "status": 200,
        "bytes_in": 0,
        "bytes_out": 4,
        "upstream": str(up.endpoint),
        "tries": 1,
        "failure": "",
        "failed_tries": [],
    }


@pytest.mark.parametrize(
    ("trusted", "clients"),
    [((), ["127.0.0.1"] * 2), ((ip_network("127.0.0.0/8"),), ["192.0.2.1", "192.0.2.2"])],
)
async def test_who_sends_is_told_by_a_trusted_proxy_request_by_request(trusted, clients):
    heads = []

    async def serve(reader, writer):
        while True:
            heads.append(await read_head(reader))
            writer.write(GOOD)

    asked = GET + b"X-Forwarded-For: %b\r\nX-Forwarded-Host: theirs\r\n\r\n"
    async with (
        serving(serve) as up,
        served(
            snapshot_of({"/": (up.endpoint,)}), access_log="json", trusted_proxies=trusted
        ) as house,
    ):
        client = await house.client()
        for address in (b"192.0.2.1", b"192.0.2.2"):
            assert (await client.ask(asked % address)).status == 200
    records = [json.loads(line) for line in house.log.getvalue().splitlines()]
    assert [record["client"] for record in records] == clients
    assert len({record["request_id"] for record in records}) == 2
    for head, client_address in zip(heads, clients, strict=True):
        assert b"X-Real-IP: %b\r\n" % client_address.encode() in head
        assert (b"X-Forwarded-Host: theirs\r\n" in head) == bool(trusted)
        assert head.lower().count(b"x-forwarded-host:") == 1


async def test_a_body_that_announces_too_much_is_refused_before_anything_is_sent():
    policies = Policies(body_limit=BodyLimit(max_bytes=4))
    async with served(snapshot_of({"/": ()}, policies=policies)) as house:
        asked = GET.replace(b"GET", b"POST") + b"Content-Length: %d\r\n\r\n"
        assert (await house.ask(asked % 5)).status == 413
        assert (await house.ask(asked % 4)).status == 503
