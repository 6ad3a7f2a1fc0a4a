"""One request at a time, against a server of HTTP that answers as API servers do, or fails to."""

import asyncio
from contextlib import aclosing

import pytest
from aiohttp import web
from sources.cluster.kubeconfigs import kubeconfig, plugin

from ingress.sources.cluster.api import ApiError, ApiUnreachable, Status, connected

STATUS = {"kind": "Status", "reason": "Gone", "message": "too old", "code": 410}


async def test_a_request_and_its_answer(server):
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer good"
        said = f"{request.method} {request.rel_url} {request.content_type} ".encode()
        return web.Response(body=said + await request.read())

    server.answer = answer
    async with server.api() as api:
        got = await api.get("/apis", query={"limit": "5"}, seconds=20)
        assert got == b"GET /base/apis?limit=5 application/octet-stream "
        sent = await api.send(
            "PATCH",
            "/x",
            body=b"{}",
            content_type="application/merge-patch+json",
            query={"force": "true"},
            seconds=20,
        )
        assert sent == b"PATCH /base/x?force=true application/merge-patch+json {}"
        assert (api.namespace, api.server[-5:]) == ("shop", "/base")


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (STATUS, {}, (410, "Gone", "too old", None)),
        (STATUS | {"details": {"retryAfterSeconds": 7}}, {}, (410, "Gone", "too old", 7)),
        (STATUS, {"Retry-After": "3"}, (410, "Gone", "too old", 3)),
        ({"message": "x" * 999}, {"Retry-After": "Wed"}, (410, "Gone", "x" * 300, None)),
        ([], {}, (410, "Gone", "[]", None)),
    ],
)
async def test_a_refusal(server, body, headers, said):
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body, status=410, headers=headers)

    server.answer = answer
    async with server.api() as api:
        with pytest.raises(ApiError) as caught:
            await api.get("/", seconds=20)
    error = caught.value
    assert (error.status, error.reason, error.message, error.retry_after) == said
    assert str(error).startswith("410 Gone: ")


def test_a_status_of_its_own():
    assert str(Status(code=410, reason="Expired", message="old").error()) == "410 Expired: old"


async def test_a_watch_yields_whole_lines(server):
    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        for part in (b"one\ntwo\nth", b"ree", b"\nfour\n", b"cut"):
            await stream.write(part)
            await asyncio.sleep(0)
        return stream

    server.answer = answer
    async with server.api() as api, aclosing(api.watch("/", query={}, idle_seconds=20)) as watch:
        lines = [line async for several in watch for line in several]
    assert lines == [b"one", b"two", b"three", b"four"]


async def test_a_watch_that_falls_silent(server):
    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"one\n")
        await asyncio.Event().wait()
        return stream

    server.answer = answer
    async with server.api() as api:
        watch = api.watch("/", query={}, idle_seconds=0.05)
        assert await anext(watch) == [b"one"]
        with pytest.raises(ApiUnreachable, match=r"has not answered / in time"):
            await anext(watch)


async def test_an_answer_that_does_not_come(server):
    async def answer(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    server.answer = answer
    async with server.api() as api:
        with pytest.raises(ApiUnreachable, match="has not answered /apis in time"):
            await api.get("/apis", seconds=0.05)


async def test_a_connection_that_breaks(server):
    async def answer(request: web.Request) -> web.Response:
        request.transport.abort()
        return web.Response()

    server.answer = answer
    async with server.api() as api:
        with pytest.raises(ApiUnreachable, match="cannot be reached"):
            await api.get("/", seconds=20)


async def test_nobody_is_there(tmp_path):
    where = kubeconfig(tmp_path, {"token": "good"})
    async with connected(kubeconfig=where.kubeconfig) as api:
        with pytest.raises(ApiUnreachable, match=r"127\.0\.0\.1:1"):
            await api.get("/", seconds=20)


async def test_refused_credentials_are_read_again(server):
    """An exec plugin is run once for all who wait; then everybody goes on."""

    async def answer(request: web.Request) -> web.Response:
        good = request.headers["Authorization"] == "Bearer token-2"
        return web.Response(text="in") if good else web.Response(status=401)

    server.user = {"exec": plugin(server.folder)}
    server.answer = answer
    async with server.api() as api:
        assert await asyncio.gather(*(api.get("/", seconds=20) for _ in range(3))) == [b"in"] * 3
    assert (server.folder / "runs").read_text() == "2"


async def test_credentials_that_stay_refused(server):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=401)

    server.answer = answer
    async with server.api() as api:
        with pytest.raises(ApiError) as caught:
            await api.get("/", seconds=20)
        assert caught.value.status == 401
        kubeconfig(server.folder, {"token": "good"}, server="http://127.0.0.1:1")
        with pytest.raises(ApiUnreachable, match=r"127\.0\.0\.1:1"):
            await api.get("/", seconds=20)


async def test_credentials_that_are_gone(server):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=401)

    server.answer = answer
    async with server.api() as api:
        (server.folder / "kubeconfig").unlink()
        with pytest.raises(ApiUnreachable, match="refused the credentials, and there is no kube"):
            await api.get("/", seconds=20)
