from ingress.explain.asked import Asked, request_of
from ingress.explain.certificate import explained_certificate
from ingress.explain.explanation import ExplainedCertificate
from ingress.explain.served import Served
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, ServerName, Snapshot
from ingress.routing import PickedBy, RoutingTable

CERTIFICATE = Certificate(
    fingerprint="f",
    chain=b"chain",
    key=SecretBytes(b"key"),
    names=("a.b", "www.a.b"),
    not_before=0,
    not_after=1_800_000_000,
    key_type="ecdsa-p256",
)


def shown(url, **fields):
    snapshot = Snapshot(certificates={"default/tls": CERTIFICATE}, **fields)
    served = Served(snapshot, RoutingTable.build(snapshot))
    request = request_of(Asked(url=url))
    assert request is not None
    match = served.table.match(request.head.host, request.head.path)
    return explained_certificate(request, match, served=served)


def certificate(picked_by):
    return ExplainedCertificate(
        secret="default/tls",
        names=CERTIFICATE.names,
        not_after="2027-01-15T08:00:00Z",
        decided_by=picked_by,
    )


NAMES = {"a.b": ServerName(certificate="default/tls")}


def test_of_a_tls_host():
    assert shown("https://a.b/", server_names=NAMES) == certificate(PickedBy.EXACT)
    assert shown("http://a.b/", server_names=NAMES) == certificate(PickedBy.EXACT)


def test_the_default():
    default = certificate(PickedBy.DEFAULT)
    assert shown("https://c.d/", default_certificate="default/tls") == default
    assert shown("https://[::1]/", default_certificate="default/tls") == default


def test_the_self_made_one():
    assert shown("https://c.d/") == ExplainedCertificate(
        secret=None, names=None, not_after=None, decided_by=PickedBy.SELF_MADE
    )


def test_none_is_shown_in_clear_text():
    assert shown("http://c.d/", server_names=NAMES) is None
