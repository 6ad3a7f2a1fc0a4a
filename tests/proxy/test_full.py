import json

import pytest
from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import serving

from ingress.model.snapshot import Endpoint

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


async def test_a_request_reaches_the_upstream_as_it_was_matched():
    recorder = Recorder()
    async with (
        serving(recorder.serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), public_http_port=80) as house,
    ):
        await house.ask(
            b"GET /a/../%7eb//%2f?x=%zz&? HTTP/1.1\r\nHost: A.Test:81\r\nx-B: caf\xe9\r\nX-b: 2\r\n"
            b"Connection: x-hop, close\r\nX-Hop: 1\r\nTE: trailers\r\nX-Request-ID: mine\r\n\r\n"
        )
    (seen,) = recorder.whole
    assert seen.target == b"/~b//%2F?x=%zz&?"
    assert seen.lines[:3] == (b"Host: A.Test:81", b"x-B: caf\xe9", b"X-b: 2")
    assert b"X-Forwarded-For: 127.0.0.1" in seen.lines
    assert b"X-Forwarded-Host: A.Test:81" in seen.lines
    assert b"X-Forwarded-Port: 80" in seen.lines
    assert b"X-Request-ID: mine" in seen.lines
    assert not [line for line in seen.lines if line.lower().startswith((b"x-hop", b"te:", b"conn"))]


@pytest.mark.parametrize("accept", [b"application/json", b"text/html;q=0.5, application/json"])
async def test_errors_of_ours_come_as_json_to_those_who_want_it(accept):
    async with served() as house:
        response = await house.ask(GET[:-2] + b"Accept: " + accept + b"\r\n\r\n")
    assert response.status == 404
    body = json.loads(response.body)
    assert body["status"] == 404
    assert body["answeredBy"] == "aiohttp-ingress"
    assert body["requestId"] == response.value("x-request-id")
    assert response.value("content-type") == "application/json"


async def test_errors_of_ours_come_as_html_and_name_no_address():
    gone = Endpoint(address="127.0.0.1", port=1)
    async with served(snapshot_of({"/": (gone,), "/none": ()})) as house:
        refused = await house.ask(GET)
        empty = await house.ask(GET.replace(b"/ ", b"/none "))
    assert (refused.status, empty.status) == (502, 503)
    for response in (refused, empty):
        assert response.value("content-type") == "text/html; charset=utf-8"
        assert b"127.0.0.1" not in response.body
        assert b"aiohttp-ingress" in response.body
        assert response.value("connection") is None


async def test_a_connection_is_kept_alive_over_errors_and_bodies_that_nobody_read():
    recorder = Recorder()
    async with (
        serving(recorder.serve) as up,
        served(snapshot_of({"/": (up.endpoint,), "/none": ()})) as house,
    ):
        client = await house.client()
        body = b"x" * 300_000
        head = b"POST /none HTTP/1.1\r\nHost: a.test\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert (await client.ask(head + body)).status == 503
        assert (await client.ask(GET)).status == 200


async def test_what_is_no_text_is_logged_and_counted_all_the_same():
    strange = (
        b"GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: caf\xc3\xa9 \xff\r\nReferer: \xfe\r\n\r\n"
    )
    async with served(access_log="json") as house:
        client = await house.client()
        for request in (strange, GET):
            assert (await client.ask(request)).status == 404
        assert house.worker.counts().series["", ""].classes == {4: 2}
    first, second = house.log.getvalue().splitlines()
    record = json.loads(first)
    assert (record["user_agent"], record["referer"]) == ("café \\xff", "\\xfe")
    assert json.loads(second)["user_agent"] == ""
