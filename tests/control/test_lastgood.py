"""The last good Snapshot on disk."""

import stat

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from model.snapshots import snapshots

from ingress.control.lastgood import LastGood, UnusableError, without_keys
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, Host, HostKind, ServerName, Snapshot

KEY = b"-----BEGIN PRIVATE KEY----- hush"
SNAPSHOT = Snapshot(
    hosts={"a.test": Host(pattern="a.test", kind=HostKind.EXACT)},
    certificates={
        "shop/tls": Certificate(
            fingerprint="f",
            chain=b"chain",
            key=SecretBytes(KEY),
            names=("a.test",),
            not_before=0,
            not_after=1,
            key_type="ecdsa-p256",
        )
    },
    server_names={"a.test": ServerName(certificate="shop/tls")},
    default_certificate="shop/tls",
)


@given(snapshot=snapshots)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
)
def test_what_was_written_is_read(tmp_path, snapshot):
    disk = LastGood(tmp_path, private_keys=True)
    disk.write(snapshot, now=7.0)
    kept, read = disk.read()
    assert read == snapshot
    assert (kept.written, kept.private_keys) == (7.0, True)


def test_no_key_is_written_unless_it_is_asked_for(tmp_path):
    LastGood(tmp_path, private_keys=False).write(SNAPSHOT, now=7.0)
    assert KEY not in (tmp_path / "snapshot").read_bytes()
    kept, read = LastGood(tmp_path, private_keys=False).read()
    assert not kept.private_keys
    assert read == without_keys(SNAPSHOT)
    assert read.hosts == SNAPSHOT.hosts
    assert read.server_names == {"a.test": ServerName(certificate="", ssl_redirect=True)}
    LastGood(tmp_path, private_keys=True).write(SNAPSHOT, now=7.0)
    assert KEY in (tmp_path / "snapshot").read_bytes()


def test_it_is_its_owners_alone_and_nothing_else_is_left(tmp_path):
    disk = LastGood(tmp_path / "state", private_keys=True)
    disk.prepare()
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    for _ in range(2):
        disk.write(SNAPSHOT, now=7.0)
    (file,) = (tmp_path / "state").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_was_written_yet(tmp_path):
    assert LastGood(tmp_path, private_keys=False).read() is None


@pytest.mark.parametrize("damage", [b"", b"{}", b"rubbish"])
def test_what_is_damaged_is_said_to_be(tmp_path, damage):
    disk = LastGood(tmp_path, private_keys=False)
    disk.write(SNAPSHOT, now=7.0)
    file = tmp_path / "snapshot"
    file.write_bytes(damage or file.read_bytes()[:-1])
    with pytest.raises(UnusableError, match="damaged, or of another version"):
        disk.read()


def test_another_format_is_another_version(tmp_path):
    disk = LastGood(tmp_path, private_keys=False)
    disk.write(SNAPSHOT, now=7.0)
    file = tmp_path / "snapshot"
    head, _, body = file.read_bytes().partition(b"\n")
    file.write_bytes(head.replace(b'"format":1', b'"format":9') + b"\n" + body)
    with pytest.raises(UnusableError):
        disk.read()
    changed = msgspec.json.decode(head) | {"sha256": "0"}
    file.write_bytes(msgspec.json.encode(changed) + b"\n" + body)
    with pytest.raises(UnusableError):
        disk.read()


def test_a_folder_that_cannot_be_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    disk = LastGood(tmp_path / "file", private_keys=False)
    with pytest.raises(OSError, match="file"):
        disk.prepare()
    with pytest.raises(OSError, match="file"):
        disk.write(SNAPSHOT, now=7.0)
    with pytest.raises(OSError, match="file"):
        disk.read()
