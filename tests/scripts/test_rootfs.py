"""Lays out a root for this very Python, and runs it there: nothing else of the machine is seen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    trust = "print(ssl.create_default_context().cert_store_stats()['x509_ca'] > 50)"
    done = run(root, str(PYTHON), "-c", f"{imports}; {trust}")
    assert (done.stdout, done.stderr) == ("True\n", "")


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
