"""Row 8 of the course page: HTTPS from a Secret, its redirect, its renewal and its breakages."""

import base64
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from e2e.running import Answer, Running, example, ingress, running, wait_for
from ruamel.yaml import YAML

HOST = "www.gasbugs.com"
SECRET = "default/www-gasbugs-com"
yaml = YAML(typ="safe")


def issue(folder: Path, *hosts: str) -> str:
    """Make a leaf with the project's own command and return its Secret's manifest."""
    if not (folder / "ca.crt").exists():
        ingress("certs", "ca", "--dir", folder)
    return ingress(
        "certs", "issue", *(hosts or (HOST,)), "--secret", SECRET, "--dir", folder, "--force"
    ).stdout


def served_serial(served: Running, folder: Path) -> str:
    """Return the serial number of the certificate that a handshake shows."""
    answer = served.curl(
        f"https://{HOST}/", "--cacert", str(folder / "ca.crt"), "--write-out", "%{certs}"
    )
    assert answer.status == 200
    certificate = answer.body[answer.body.index("-----BEGIN") :]
    return format(x509.load_pem_x509_certificate(certificate.encode()).serial_number, "x")


def serial_of(secret: str) -> str:
    chain = base64.b64decode(yaml.load(secret)["data"]["tls.crt"])
    return format(x509.load_pem_x509_certificate(chain).serial_number, "x")


def get(served: Running, folder: Path, *args: str) -> Answer:
    return served.curl(f"https://{HOST}/", "--cacert", str(folder / "ca.crt"), *args)


def test_https_by_sni_and_308_for_plain_http(tmp_path: Path) -> None:
    folder = example("08-tls", tmp_path)
    certs = tmp_path / "certs"
    (folder / "secret.yaml").write_text(issue(certs))
    with running(folder) as served:
        answer = get(served, certs)
        assert answer.status == 200
        assert answer.body.startswith("Welcome! www-")
        redirect = served.curl(f"http://{HOST}/a/b?c=d")
        assert redirect.status == 308
        port = served.ports["https"]
        assert redirect.headers["location"] == f"https://{HOST}:{port}/a/b?c=d"


def test_a_changed_secret_is_served_to_the_next_handshake(tmp_path: Path) -> None:
    folder = example("08-tls", tmp_path)
    certs = tmp_path / "certs"
    secret = folder / "secret.yaml"
    secret.write_text(issue(certs))
    with running(folder) as served:
        first = served_serial(served, certs)
        assert first == serial_of(secret.read_text())
        secret.write_text(issue(certs))
        second = serial_of(secret.read_text())
        assert second != first
        wait_for(lambda: served_serial(served, certs) == second, "the new certificate")


def test_without_a_good_secret_plain_http_is_still_redirected(tmp_path: Path) -> None:
    folder = example("08-tls", tmp_path)
    with running(folder) as served:
        assert served.curl(f"http://{HOST}/").status == 308
        assert "SecretMissing" in served.reasons()
        assert served.curl(f"https://{HOST}/", "--insecure").status == 200


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    def apply(secret: str) -> str:
        document = yaml.load(secret)
        change(document)
        lines = [f"apiVersion: v1\nkind: Secret\ntype: {document['type']}\nmetadata:"]
        lines.append(f"  name: {document['metadata']['name']}\n  namespace: default\ndata:")
        lines += [f"  {key}: {value}" for key, value in document["data"].items()]
        return "\n".join(lines) + "\n"

    return apply


def without_key(document: dict[str, Any]) -> None:
    del document["data"]["tls.key"]


def not_pem(document: dict[str, Any]) -> None:
    document["data"]["tls.crt"] = base64.b64encode(b"this is no certificate").decode()


def wrong_type(document: dict[str, Any]) -> None:
    document["type"] = "kubernetes.io/dockerconfigjson"


def another_key(document: dict[str, Any]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    document["data"]["tls.key"] = base64.b64encode(pem).decode()


def expired(document: dict[str, Any]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now - dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    document["data"]["tls.crt"] = base64.b64encode(pem).decode()
    document["data"]["tls.key"] = base64.b64encode(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    ).decode()


@pytest.mark.parametrize(
    ("breakage", "reason"),
    [
        (without_key, "SecretKeyMissing"),
        (another_key, "CertificateKeyMismatch"),
        (expired, "CertificateExpired"),
        (wrong_type, "SecretType"),
        (not_pem, "CertificateInvalid"),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_a_broken_secret_keeps_the_last_good_certificate_and_says_so(
    tmp_path: Path, breakage: Callable[[dict[str, Any]], None], reason: str
) -> None:
    folder = example("08-tls", tmp_path)
    certs = tmp_path / "certs"
    secret = folder / "secret.yaml"
    good = issue(certs)
    secret.write_text(good)
    with running(folder) as served:
        before = served_serial(served, certs)
        assert reason not in served.reasons()
        secret.write_text(edited(breakage)(good))
        wait_for(lambda: reason in served.reasons(), f"the verdict {reason}")
        assert served_serial(served, certs) == before == serial_of(good)
        (verdict,) = [v for v in served.verdicts() if v["reason"] == reason]
        assert verdict["severity"] == "error"
        assert verdict["subject"]["kind"] in {"Secret", "Ingress"}
        assert verdict["mend"]
        secret.write_text(issue(certs))
        wait_for(lambda: reason not in served.reasons(), "the verdict to go")
        assert served_serial(served, certs) == serial_of(secret.read_text())


def test_unknown_and_missing_sni_get_a_certificate_not_a_failed_handshake(tmp_path: Path) -> None:
    folder = example("08-tls", tmp_path)
    (folder / "secret.yaml").write_text(issue(tmp_path / "certs"))
    with running(folder) as served:
        assert served.curl("https://unknown.example/", "--insecure").status == 404
        port = served.ports["https"]
        assert served.curl(f"https://127.0.0.1:{port}/", "--insecure").status == 404
