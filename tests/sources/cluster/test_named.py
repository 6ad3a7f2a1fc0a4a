"""Secrets that no list brings."""

import msgspec
from aiohttp import web
from sources.cluster.objects import ingress, secret
from sources.cluster.server import refuses, returns

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import Ingress, Secret
from ingress.model.secret import secret_text
from ingress.sources.cluster.named import TLS, Wanted, named_by, read_named
from ingress.sources.fold import Drop, Put, Say


def key(name: str, namespace: str = "shop") -> ObjectKey:
    return ObjectKey(namespace, name)


def read_ingress(*args, **fields) -> Ingress:
    return msgspec.convert(ingress(*args, **fields), Ingress)


def world(*secrets, ingresses=()) -> Inventory:
    read = [msgspec.convert(it, Secret, dec_hook=secret_text) for it in secrets]
    return Inventory(
        ingresses={key(it.metadata.name, it.metadata.namespace): it for it in ingresses},
        secrets={key(it.metadata.name, it.metadata.namespace): it for it in read},
    )


ONE = read_ingress("one", "listed", "opaque", "missing")
THERE = world(secret("listed", type=TLS), secret("opaque"), ingresses=[ONE])


def test_what_an_ingress_names():
    assert list(named_by(ONE)) == [key("listed"), key("opaque"), key("missing")]
    assert list(named_by(msgspec.convert({"metadata": {"name": "x"}}, Ingress))) == []
    host = {"metadata": {"name": "x"}, "spec": {"tls": [{"hosts": ["a.b"]}]}}
    assert list(named_by(msgspec.convert(host, Ingress))) == []


def test_what_a_list_does_not_bring_is_wanted():
    wanted = Wanted([key("default", "system")], [])
    assert wanted.of(THERE) == {key("opaque"), key("missing"), key("default", "system")}
    assert wanted.by(ONE, THERE) == {key("opaque"), key("missing")}


def test_without_a_list_all_are_wanted():
    wanted = Wanted([], [])
    wanted.unlisted.add("shop")
    assert wanted.of(THERE) == {key("listed"), key("opaque"), key("missing")}
    wanted.unlisted = {"elsewhere"}
    assert wanted.of(THERE) == {key("opaque"), key("missing")}


def test_what_is_outside_of_the_namespaces_is_not_asked_for():
    assert Wanted([key("default", "system")], ["shop"]).of(THERE) == {key("opaque"), key("missing")}


def test_what_nobody_names_any_longer_is_abandoned():
    left = world(secret("listed", type=TLS), secret("opaque"))
    assert Wanted([], []).abandoned(left) == {key("opaque")}
    assert Wanted([], []).abandoned(THERE) == set()


def test_a_list_keeps_what_it_does_not_bring():
    assert list(Wanted([], []).kept(THERE, "shop")) == [key("opaque")]
    assert list(Wanted([], []).kept(THERE, "")) == [key("opaque")]
    assert list(Wanted([], []).kept(THERE, "other")) == []


async def test_each_is_asked_for_by_its_name(server):
    answers = {
        "good": returns(secret("good")),
        "gone": refuses(404),
        "hidden": refuses(403, "you cannot"),
        "broken": refuses(500),
        "bad": returns(secret("bad") | {"type": 7}),
    }

    async def answer(request: web.Request) -> web.StreamResponse:
        path, _, name = request.path.rpartition("/")
        assert path == "/base/api/v1/namespaces/shop/secrets"
        if name == "cut":
            request.transport.abort()
        return await answers.get(name, refuses(500))(request)

    server.answer = answer
    async with server.api() as api:
        events = await read_named(api, [key(name) for name in (*answers, "cut")])
    bad, gone, good, hidden = events
    assert isinstance(good, Put)
    assert good.key == key("good")
    assert gone == Drop("secrets", key("gone"))
    assert isinstance(bad, Say)
    assert isinstance(hidden, Say)
    (verdict,) = hidden.verdicts
    assert (str(verdict.subject), verdict.reason) == ("Secret shop/hidden", "NotPermitted")
    assert "a Role of namespace shop" in verdict.mend
