import pytest

from ingress.cli.issuing import make_ca, make_leaf, secret_manifest
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.issuer.keys import Pair
from ingress.model.inventory import ObjectKey
from ingress.model.secret import SecretBytes

NOW = 1_800_000_000


def test_mistakes_carry_their_exit_code(tmp_path):
    with pytest.raises(Mistake) as name:
        make_leaf(tmp_path, ["a.b", "no name"], key_type="ecdsa-p256", force=False, now=NOW)
    assert name.value.code == ExitCode.USAGE
    make_ca(tmp_path, key_type="ecdsa-p256", force=False, now=NOW)
    with pytest.raises(Mistake) as late:
        make_leaf(tmp_path, ["a.b"], key_type="ecdsa-p256", force=False, now=NOW * 2)
    assert late.value.code == ExitCode.FOUND
    assert "expired" in str(late.value)


def test_a_secret_is_a_manifest():
    pair = Pair(b"certificate", SecretBytes(b"key"))
    assert secret_manifest(ObjectKey("a", "b"), pair) == (
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: b\n"
        "  namespace: a\ndata:\n  tls.crt: Y2VydGlmaWNhdGU=\n  tls.key: a2V5\n"
    )
