import asyncio
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from msgspec.structs import replace
from wire.served import FALLBACK, served

from ingress.issuer.authority import Authority, new_authority
from ingress.model.codec import Applied, Refused
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, ServerName, Snapshot
from ingress.proxy.tls import BrokenCertificateError, build_contexts
from ingress.proxy.tls.contexts import FEW

NOW = 1_700_000_000.0


@pytest.fixture(scope="module")
def authority():
    return Authority(new_authority(now=NOW), now=NOW)


def certificate(authority, *names, fingerprint):
    pair = authority.issue(names)
    return Certificate(
        fingerprint=fingerprint,
        chain=pair.certificate,
        key=pair.key,
        names=names,
        not_before=NOW,
        not_after=NOW + 1e9,
        key_type="ecdsa-p256",
    )


def trusting_nobody():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def shown(house, name):
    """Return the names of the certificate that a handshake with this SNI is shown."""
    client = await house.tls_client(trusting_nobody(), name=name)
    der = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    client.close()
    with suppress(ConnectionError, ssl.SSLError):
        await client.writer.wait_closed()
    extension = x509.load_der_x509_certificate(der).extensions
    names = extension.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


def snapshot_with(certificates, **server_names):
    return Snapshot(
        certificates=certificates,
        server_names={
            name.replace("_", "."): ServerName(certificate=secret)
            for name, secret in server_names.items()
        },
    )


async def test_sni_picks_exact_then_wildcard_then_any_host_and_else_the_self_made_one(authority):
    made = {f"d/{name}": certificate(authority, f"{name}.x", fingerprint=name) for name in "abc"}
    snapshot = snapshot_with(made, a_test="d/a")
    wild = {**snapshot.server_names, "*.test": ServerName(certificate="d/b")}
    async with served(Snapshot(certificates=made, server_names=wild)) as house:
        assert await shown(house, "a.test") == ["a.x"]
        assert await shown(house, "A.Test") == ["a.x"]
        assert await shown(house, "z.test") == ["b.x"]
        assert await shown(house, "y.z.test") == list(FALLBACK.names)
        assert await shown(house, None) == list(FALLBACK.names)
        house.publish(Snapshot(certificates=made, server_names=wild, default_certificate="d/c"))
        assert await shown(house, "else.where") == ["c.x"]
        assert await shown(house, None) == ["c.x"]


async def test_a_new_certificate_is_shown_to_the_next_handshake(authority):
    old = certificate(authority, "old.x", fingerprint="1")
    new = certificate(authority, "new.x", fingerprint="2")
    async with served(snapshot_with({"d/s": old}, a_test="d/s")) as house:
        client = await house.tls_client(trusting_nobody(), name="a.test")
        assert house.publish(snapshot_with({"d/s": new}, a_test="d/s")) == Applied(2)
        assert await shown(house, "a.test") == ["new.x"]
        # Who is connected already goes on.
        assert (await client.ask(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")).status == 404


async def test_a_broken_certificate_is_refused_and_the_old_state_goes_on(authority):
    good = certificate(authority, "good.x", fingerprint="1")
    bad = Certificate(
        fingerprint="2",
        chain=good.chain,
        key=SecretBytes(b"-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n"),
        names=("bad.x",),
        not_before=NOW,
        not_after=NOW,
        key_type="none",
    )
    async with served(snapshot_with({"d/s": good}, a_test="d/s")) as house:
        before = house.snapshot
        answer = house.publish(snapshot_with({"d/s": bad}, a_test="d/s"))
        assert isinstance(answer, Refused)
        assert "d/s" in answer.message
        assert "PRIVATE" not in answer.message
        house.snapshot = before
        assert await shown(house, "a.test") == ["good.x"]
        assert house.worker.generation == 1


async def test_handshakes_are_modern(authority):
    made = certificate(authority, "a.x", fingerprint="1")
    async with served(snapshot_with({"d/s": made}, a_test="d/s")) as house:
        context = trusting_nobody()
        context.set_alpn_protocols(["h2", "http/1.1"])
        client = await house.tls_client(context, name="a.test")
        connection = client.writer.get_extra_info("ssl_object")
        assert connection.version() == "TLSv1.3"
        assert connection.selected_alpn_protocol() == "http/1.1"
        old = trusting_nobody()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        client = await house.tls_client(old, name="a.test")
        assert "GCM" in client.writer.get_extra_info("ssl_object").cipher()[0]


def test_a_connection_that_is_cut_off_has_not_ended(authority):
    made = certificate(authority, "a.x", fingerprint="1")
    contexts = build_contexts(snapshot_with({"d/s": made}))
    context = contexts.made["1"]
    assert not context.options & ssl.OP_IGNORE_UNEXPECTED_EOF


def test_contexts_are_reused_by_fingerprint_and_leave_nothing_on_disk(
    authority, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    first, second = (certificate(authority, "a.x", fingerprint=f) for f in "12")
    before = build_contexts(Snapshot(certificates={"d/a": first}))
    after = build_contexts(Snapshot(certificates={"d/b": first, "d/c": second}), before)
    assert after.of("d/b", first) is before.of("d/a", first)
    assert after.of("d/c", second) is not before.of("d/a", first)
    assert list(Path(tmp_path).iterdir()) == []


def test_an_encrypted_key_asks_nobody(authority):
    made = certificate(authority, "a.x", fingerprint="1")
    key = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    locked = Certificate(
        **{f: getattr(made, f) for f in made.__struct_fields__} | {"key": SecretBytes(key)}
    )
    with pytest.raises(BrokenCertificateError):
        build_contexts(Snapshot(certificates={"d/a": locked}))


def many(authority, **more):
    """Return a Snapshot with too many certificates to be loaded at once."""
    made = certificate(authority, "a.x", fingerprint="0")
    several = {f"d/{n}": replace(made, fingerprint=str(n)) for n in range(FEW)}
    return Snapshot(certificates={"d/good": replace(made, fingerprint="good"), **several, **more})


def test_of_a_great_many_each_is_loaded_when_it_is_asked_for(authority, caplog):
    made = certificate(authority, "a.x", fingerprint="broken")
    broken = replace(made, key=SecretBytes(b"no key"))
    snapshot = many(authority, **{"d/broken": broken})
    contexts = build_contexts(snapshot)
    good = snapshot.certificates["d/good"]
    assert contexts.of("d/good", good) is contexts.of("d/good", good) is not None
    for _ in range(2):
        assert contexts.of("d/broken", broken) is None
    assert [record.message[:66] for record in caplog.records] == [
        "the self-made certificate is shown in place of d/broken: [SSL] PEM"
    ]


def test_what_changes_after_that_is_loaded_before_it_is_served(authority):
    snapshot = many(authority)
    before = build_contexts(snapshot)
    good = snapshot.certificates["d/good"]
    was = before.of("d/good", good)
    bad = replace(good, fingerprint="bad", key=SecretBytes(b"no key"))
    with pytest.raises(BrokenCertificateError):
        build_contexts(
            replace(snapshot, certificates={**snapshot.certificates, "d/b": bad}), before
        )
    after = build_contexts(replace(snapshot, certificates={"d/good": good}), before)
    assert after.of("d/good", good) is was


class TestPatience:
    """Clients that leave the TLS half of a conversation to us."""

    async def test_a_handshake_that_never_comes_is_not_waited_for(self):
        async with served(client_header_timeout=0.05) as house:
            reader, writer = await asyncio.open_connection("127.0.0.1", house.tls_port)
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()

    async def test_an_idle_client_that_never_says_goodbye_does_not_hold_up_the_drain(self):
        async with served(drain_timeout=20.0) as house:
            idle = await asyncio.to_thread(ask_and_stay, house.tls_port)
            await asyncio.wait_for(house.worker.drain(), 5)
            idle.close()

    async def test_a_handshake_that_outlasts_the_order_to_drain_leads_to_one_request(self):
        async with served(drain_timeout=20.0) as house:
            late = await asyncio.to_thread(
                socket.create_connection, ("127.0.0.1", house.tls_port), 5
            )
            client = await house.client()
            assert (await client.ask(GET)).status == 404  # so the one before it is accepted, too
            draining = asyncio.create_task(house.worker.drain())
            assert await client.is_over()
            secure = await asyncio.to_thread(unverified().wrap_socket, late)
            await asyncio.to_thread(secure.sendall, GET)
            assert b"\r\nConnection: close\r\n" in await asyncio.to_thread(secure.recv, 4096)
            secure.close()
            await asyncio.wait_for(draining, 5)


GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"


def unverified():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def ask_and_stay(port):
    """Return a blocking client after a request: nobody reads it, as nobody reads a pool's."""
    client = unverified().wrap_socket(socket.create_connection(("127.0.0.1", port), 5))
    client.sendall(GET)
    assert client.recv(4096).startswith(b"HTTP/1.1 404 ")
    return client
