import msgspec
import pytest
from hypothesis import given

from ingress.model.codec import (
    NO_GENERATION,
    Applied,
    Publication,
    Refused,
    decode_acknowledgement,
    decode_publication,
    decode_snapshot,
    diff,
    dump,
    encode_acknowledgement,
    encode_publication,
    encode_snapshot,
    is_empty,
    patch,
)
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Backend, Certificate, Host, HostKind, Snapshot
from tests.model.snapshots import snapshots

A, B, C = (Host(pattern=name, kind=HostKind.EXACT) for name in ("a.b", "b.b", "c.b"))
A2 = Host(pattern="a.b", kind=HostKind.WILDCARD)
SECRET = Certificate(
    fingerprint="f",
    chain=b"chain",
    key=SecretBytes(b"hush"),
    names=("a.b",),
    not_before=0,
    not_after=1,
    key_type="rsa-2048",
)


@given(snapshots)
def test_a_snapshot_survives_the_way(snapshot):
    data = encode_snapshot(snapshot)
    again = decode_snapshot(data)
    assert again == snapshot
    assert encode_snapshot(again) == data


def test_equal_snapshots_have_equal_bytes_in_whatever_order_they_were_built():
    one = Snapshot(hosts={"a.b": A, "b.b": B})
    other = Snapshot(hosts={"b.b": B, "a.b": A})
    assert encode_snapshot(one) == encode_snapshot(other)
    assert dump(one) == dump(other)


@given(snapshots, snapshots)
def test_a_delta_leads_from_one_snapshot_to_another(old, new):
    sent = Publication(generation=2, base=1, delta=diff(old, new))
    received = decode_publication(encode_publication(sent))
    assert (received.generation, received.base) == (2, 1)
    assert patch(old, received.delta) == new
    assert is_empty(diff(old, new), since=old) == (old == new)


@given(snapshots)
def test_the_first_delta_holds_everything(snapshot):
    first = Publication(generation=1, base=NO_GENERATION, delta=diff(Snapshot(), snapshot))
    assert patch(Snapshot(), decode_publication(encode_publication(first)).delta) == snapshot


def test_a_delta_holds_what_changed_alone():
    old = Snapshot(hosts={"a.b": A, "b.b": B}, backends={"x": Backend(key="x")})
    new = Snapshot(hosts={"a.b": A2, "c.b": C}, backends=old.backends)
    delta = diff(old, new)
    assert dict(delta.hosts.changed) == {"a.b": A2, "c.b": C}
    assert delta.hosts.dropped == ("b.b",)
    assert not delta.backends.changed


def test_what_did_not_change_is_shared():
    old = Snapshot(hosts={"a.b": A, "b.b": B}, backends={"x": Backend(key="x")})
    delta = diff(old, Snapshot(hosts={"a.b": A2, "b.b": B}, backends=old.backends))
    new = patch(old, decode_publication(encode_publication(_first(delta))).delta)
    assert new.hosts["b.b"] is B
    assert new.backends is old.backends


def _first(delta):
    return Publication(generation=1, base=NO_GENERATION, delta=delta)


def test_what_a_delta_drops_may_be_gone_already():
    delta = diff(Snapshot(hosts={"a.b": A}), Snapshot())
    assert patch(Snapshot(hosts={"b.b": B}), delta).hosts == {"b.b": B}


@pytest.mark.parametrize("answer", [Applied(7), Refused(7, "no such key")])
def test_acknowledgements(answer):
    assert decode_acknowledgement(encode_acknowledgement(answer)) == answer


@pytest.mark.parametrize("decode", [decode_acknowledgement, decode_publication, decode_snapshot])
@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x01", b"\x81\xa5hosts\x01"])
def test_anything_else_is_refused(decode, data):
    with pytest.raises(msgspec.DecodeError):
        decode(data)


def test_a_key_that_is_no_bytes_is_refused():
    data = encode_snapshot(Snapshot(certificates={"x": SECRET})).replace(b"\xc4\x04hush", b"\x01")
    with pytest.raises(msgspec.ValidationError, match="SecretBytes has no decoding"):
        decode_snapshot(data)


def test_a_dump_holds_no_secret():
    text = dump(Snapshot(certificates={"x/tls": SECRET})).decode()
    assert "hush" not in text
    assert '"key": "[redacted]"' in text
    assert text.startswith('{\n  "backends": {},\n')


def test_what_has_no_encoding_is_our_bug():
    with pytest.raises(TypeError, match="object has no encoding"):
        dump(object())
