import ssl

from wire.served import FALLBACK

from ingress.proxy.tls import listening_context
from ingress.proxy.tls.tickets import AGAIN, KEYS_LIVE, Renewed


class Maker:
    """Makes contexts, or fails as the kernel does without descriptors."""

    fails = False

    def __call__(self):
        if self.fails:
            raise OSError(24, "Too many open files")
        return listening_context(FALLBACK, lambda _: None)


def shake_hands(context, session=None):
    """Return the session of a TLS 1.2 handshake in memory, and whether it was resumed."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    if session is not None:
        trusting = session[0]
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = trusting.wrap_bio(to_client, to_server, session=session[1] if session else None)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return (trusting, client.session), client.session_reused


def test_a_ticket_is_good_until_the_keys_are_changed():
    contexts = Renewed(Maker())
    session, reused = shake_hands(contexts.at(5.0))
    assert not reused
    assert shake_hands(contexts.at(5.0 + KEYS_LIVE - 1), session)[1]
    assert not shake_hands(contexts.at(5.0 + KEYS_LIVE), session)[1]
    assert contexts.at(5.0 + KEYS_LIVE + 1) is contexts.at(5.0 + 2 * KEYS_LIVE - 1)
    assert contexts.at(5.0 + 2 * KEYS_LIVE - 1) is not contexts.at(5.0 + 2 * KEYS_LIVE)


def test_without_a_descriptor_the_keys_stay_and_it_is_tried_again(caplog):
    maker = Maker()
    contexts = Renewed(maker)
    old = contexts.at(0.0)
    maker.fails = True
    assert contexts.at(KEYS_LIVE) is old
    assert contexts.at(KEYS_LIVE + 1) is old
    assert len(caplog.messages) == 1
    maker.fails = False
    assert contexts.at(KEYS_LIVE + AGAIN - 1) is old
    assert contexts.at(KEYS_LIVE + AGAIN) is not old
