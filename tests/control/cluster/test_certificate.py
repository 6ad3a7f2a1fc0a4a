import asyncio
import base64
import json
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from control.cluster.world import until

from ingress.control.cluster.certificate import WebhookCertificate

NAME = "hook"


def configuration(world, name: str) -> dict[str, object]:
    def webhook(prefix: str) -> dict[str, object]:
        return {
            "name": f"{prefix}.{name}.test",
            "clientConfig": {"service": {"namespace": world.namespace, "name": NAME}},
            "rules": [
                {
                    "apiGroups": ["networking.k8s.io"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["ingresses"],
                }
            ],
            # Nothing is called: these are about who is trusted.
            "namespaceSelector": {"matchLabels": {"nobody": "has-it"}},
            "sideEffects": "None",
            "failurePolicy": "Ignore",
            "admissionReviewVersions": ["v1"],
        }

    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [webhook("one"), webhook("two")],
    }


class Hook:
    """A replica's certificate, and what there is of it in the cluster."""

    def __init__(self, world) -> None:
        self.world = world
        self.name = world.ingress_class
        self.certificate = WebhookCertificate(world.api, service=world.key(NAME), webhook=self.name)

    async def data(self) -> dict[str, str]:
        found = await self.world.kubectl("get", "secret", NAME, "-o", "json", "--ignore-not-found")
        return dict(json.loads(found).get("data", {})) if found else {}

    async def bundles(self) -> list[str]:
        found = await self.world.get("validatingwebhookconfiguration", self.name)
        return [one["clientConfig"].get("caBundle", "") for one in found["webhooks"]]

    def is_trusted(self, bundle: str) -> bool:
        """Shake hands as the API server does, which knows the caBundle and the Service."""
        client = ssl.create_default_context(cadata=base64.b64decode(bundle).decode())
        ours, theirs = socket.socketpair()
        with ours, theirs:
            return _handshake(client, ours, self.certificate.context, theirs, self.world.namespace)


def _handshake(client, ours, server, theirs, namespace) -> bool:
    ours.settimeout(0)
    theirs.settimeout(0)
    name = f"{NAME}.{namespace}.svc"
    one = client.wrap_socket(ours, server_hostname=name, do_handshake_on_connect=False)
    other = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
    try:
        done = False
        while not done:
            done = all([_step(one), _step(other)])
    except ssl.SSLCertVerificationError:
        return False
    finally:
        one.close()
        other.close()
    return True


def _step(side) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@asynccontextmanager
async def running(part):
    task = asyncio.create_task(part())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled(), task.exception()


@pytest.fixture
async def hook(world):
    await world.apply(configuration(world, world.ingress_class))
    yield Hook(world)
    await world.kubectl("delete", "validatingwebhookconfiguration", world.ingress_class)


async def test_the_leader_makes_it_the_api_server_trusts_it_and_every_replica_shows_it(hook, world):
    before = await world.get("validatingwebhookconfiguration", hook.name)
    async with running(hook.certificate.keep):
        data = await until(hook.data, "the Secret")
        bundles = await hook.bundles()
        assert bundles == [data["ca.crt"]] * 2
    follower = Hook(world)
    assert not follower.is_trusted(bundles[0]), "there is nothing to show yet"
    async with running(follower.certificate.follow):
        await until(lambda: follower.is_trusted(bundles[0]), "it is trusted")
    after = await world.get("validatingwebhookconfiguration", hook.name)
    for one in after["webhooks"]:
        del one["clientConfig"]["caBundle"]
    assert after["webhooks"] == before["webhooks"], "nothing else was touched"


async def test_what_is_good_is_kept_and_what_is_broken_is_mended(hook, world):
    async with running(hook.certificate.keep):
        first = await until(hook.data, "the Secret")
    webhook = {"name": f"one.{hook.name}.test", "clientConfig": {"caBundle": None}}
    patch = json.dumps({"webhooks": [webhook]})
    words = ("patch", "validatingwebhookconfiguration", hook.name, "--type=strategic")
    await world.kubectl(*words, "-p", patch)
    assert "" in await hook.bundles()

    async def trusted() -> bool:
        return await hook.bundles() == [(await hook.data())["ca.crt"]] * 2

    async with running(Hook(world).certificate.keep):
        await until(trusted, "the caBundle is back")
    assert await hook.data() == first
    await world.kubectl("patch", "secret", NAME, "-p", '{"data":{"ca.key":"bm90IGEga2V5"}}')
    async with running(Hook(world).certificate.keep):
        await until(lambda: _differs(hook, first), "a new one")
    await until(trusted, "and it is trusted")
    async with running(hook.certificate.follow):
        bundle = (await hook.bundles())[0]
        await until(lambda: hook.is_trusted(bundle), "and shown")


async def _differs(hook, first) -> bool:
    return (await hook.data())["tls.crt"] != first["tls.crt"]


async def test_a_configuration_that_is_not_there_is_said_once(world, caplog):
    hook = Hook(world)
    async with running(hook.certificate.keep):
        await until(lambda: caplog.records, "a complaint")
    assert (
        f'validatingwebhookconfigurations.admissionregistration.k8s.io "{hook.name}" not found'
        in (caplog.text)
    )
    assert await hook.data() == {}


async def test_without_a_configuration_to_keep_there_is_a_secret_all_the_same(world, api):
    certificate = WebhookCertificate(api, service=world.key(NAME), webhook=None)
    hook = Hook(world)
    async with running(certificate.keep):
        await until(hook.data, "the Secret")


async def test_an_empty_secret_that_is_there_is_filled(world, api):
    await world.kubectl("create", "secret", "generic", NAME)
    await world.kubectl("label", "secret", NAME, "release=mine")
    certificate = WebhookCertificate(api, service=world.key(NAME), webhook=None)
    async with running(certificate.keep):
        await until(lambda: _is_filled(world), "it is filled")
    assert (await world.get("secret", NAME))["metadata"]["labels"] == {"release": "mine"}


async def _is_filled(world) -> bool:
    return len((await world.get("secret", NAME)).get("data", ())) == 4
