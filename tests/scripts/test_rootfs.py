"""Lays out a root for this very Python, and runs it there: nothing else of the machine is seen."""

import shutil
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingress.issuer.authority import Authority, new_authority

SCRIPT = Path(__file__).parents[2] / "scripts" / "rootfs.py"
CHROOT = ("unshare", "--map-root-user", "chroot")
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))

pytestmark = pytest.mark.skipif(
    subprocess.run([*CHROOT, "/", "true"], check=False).returncode != 0,
    reason="this machine lets nobody change the root",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A root with an application of one compiled and two uncompiled modules."""
    root, app = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("app")
    models = app / "kubernetes_asyncio" / "client" / "models"
    models.mkdir(parents=True)
    (models / "v1_pod.py").write_text("x = 1\n")
    (app / "own.py").write_text("x = 1\n")
    subprocess.run([PYTHON, SCRIPT, root, app], check=True)
    shutil.copytree(app, root / "app")
    return root


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CHROOT, root, *command],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )


def test_python_runs_and_has_what_a_server_needs(root):
    imports = (
        "import asyncio, ssl, ctypes, json, lzma, hashlib, uuid, zoneinfo, socket, multiprocessing"
    )
    done = run(root, str(PYTHON), "-c", f"{imports}; print('all there')")
    assert (done.stdout, done.stderr) == ("all there\n", "")


HANDSHAKE = """
import ssl
from pathlib import Path

ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ours.load_cert_chain("/tmp/pair.pem")
context = ssl.create_default_context()
print(context.cert_store_stats()["x509_ca"])
to_us, from_us = ssl.MemoryBIO(), ssl.MemoryBIO()
client = context.wrap_bio(from_us, to_us, server_hostname="a.test")
server = ours.wrap_bio(to_us, from_us, server_side=True)
for each in (client, server, client):
    try:
        each.do_handshake()
    except ssl.SSLWantReadError:
        pass
print(client.version())
"""


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl to name a file")
def test_authorities_are_read_when_a_chain_asks_for_them(root):
    folder = Path(ssl.get_default_verify_paths().openssl_capath)
    authorities = root / folder.relative_to("/")
    assert len(list(authorities.iterdir())) > 50
    now = time.time()
    ca = new_authority(now=now)
    (root / "tmp" / "ca.pem").write_bytes(ca.certificate)
    hashed = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", root / "tmp" / "ca.pem"],
        check=True,
        capture_output=True,
        text=True,
    )
    (root / "tmp" / "ca.pem").rename(authorities / f"{hashed.stdout.strip()}.0")
    pair = Authority(ca, now=now).issue(["a.test"])
    (root / "tmp" / "pair.pem").write_bytes(pair.key.reveal() + pair.certificate)
    done = run(root, str(PYTHON), "-c", HANDSHAKE)
    assert (done.stdout, done.stderr) == ("0\nTLSv1.3\n", "")


def test_there_is_no_shell_and_no_tool(root):
    programs = {path.name for path in root.glob("**/bin/*")}
    assert programs == {PYTHON.name, PYTHON.resolve().name}
    assert run(root, "/bin/sh").returncode != 0


def test_the_user_has_a_name_and_everybody_a_folder_for_now(root):
    names = "import pwd, tempfile; print(pwd.getpwuid(65532).pw_name, tempfile.gettempdir())"
    assert run(root, str(PYTHON), "-c", names).stdout == "ingress /tmp\n"


def test_bytecode_is_compiled_but_for_what_nobody_imports(root):
    compiled = {path.name.partition(".")[0] for path in (root / "app").rglob("*.pyc")}
    assert compiled == {"own"}
    assert list(root.glob("**/asyncio/__pycache__/base_events.*.pyc"))


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="this machine has no dpkg")
def test_packages_are_named_with_their_copyright(root):
    status = root / "var/lib/dpkg/status.d"
    assert "Package: libc6\n" in (status / "libc6").read_text()
    assert (root / "usr/share/doc/libc6/copyright").is_file()
