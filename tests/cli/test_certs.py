import stat

from cli.commands import ingress
from ruamel.yaml import YAML


def test_a_ca_a_leaf_and_its_secret(tmp_path):
    done = ingress("certs", "ca", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    done = ingress(
        "certs", "issue", "*.a.b", "::1", "--secret", "web/tls", "--key-type", "rsa-2048",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0
    assert "PRIVATE" not in done.stderr
    names = sorted(path.name for path in (tmp_path / "certs").iterdir())
    assert names == [".gitignore", "_wildcard.a.b.crt", "_wildcard.a.b.key", "ca.crt", "ca.key"]
    for path in (tmp_path / "certs").glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = YAML(typ="safe").load(done.stdout)
    assert secret["type"] == "kubernetes.io/tls"
    assert secret["metadata"] == {"name": "tls", "namespace": "web"}
    assert ingress("check", "-f", "-", input=done.stdout).returncode == 0


def test_the_served_secret_is_the_leaf(tmp_path):
    ingress("certs", "ca", "--dir", "x", cwd=tmp_path)
    done = ingress("certs", "issue", "a.b", "--dir", "x", "--secret", "d/s", cwd=tmp_path)
    ingress_yaml = (
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        "metadata: {name: a, namespace: d}\n"
        "spec: {tls: [{hosts: [a.b], secretName: s}], rules: [{host: a.b}]}\n"
    )
    snapshot = ingress("snapshot", "-f", "-", input=done.stdout + ingress_yaml)
    assert '"certificate": "d/s"' in snapshot.stdout
    assert "PRIVATE" not in snapshot.stdout
    assert "[redacted]" in snapshot.stdout


def test_nothing_is_overwritten_without_force(tmp_path):
    assert ingress("certs", "ca", cwd=tmp_path).returncode == 0
    before = (tmp_path / "certs" / "ca.crt").read_bytes()
    done = ingress("certs", "ca", cwd=tmp_path)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (tmp_path / "certs" / "ca.crt").read_bytes() == before
    assert ingress("certs", "ca", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "certs" / "ca.crt").read_bytes() != before


def test_without_a_ca_its_command_is_named(tmp_path):
    done = ingress("certs", "issue", "a.b", cwd=tmp_path)
    assert done.returncode == 1
    assert "ingress certs ca" in done.stderr


def test_a_folder_that_cannot_be_made_is_an_error_not_a_traceback(tmp_path):
    (tmp_path / "file").touch()
    done = ingress("certs", "ca", "--dir", "file/x", cwd=tmp_path)
    assert done.returncode == 1
    assert "file/x" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_gitignore_is_warned_of(tmp_path):
    (tmp_path / "mine").touch()
    done = ingress("certs", "ca", "--dir", ".", cwd=tmp_path)
    assert "no .gitignore" in done.stderr
    assert not (tmp_path / ".gitignore").exists()
