"""Lays out the root of the image: Python, what it loads, and nothing else. Run by the Dockerfile.

    python3 rootfs.py ROOT APP

ROOT gets the interpreter, its library, and each shared library that they or the extension modules
below APP load, as the dynamic linker finds them; where dpkg knows of which packages those files
are, their names, versions and copyrights too, where scanners look for them. No shell, no package
manager, no tool.
"""

import compileall
import py_compile
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

USER: Final = 65532

# What a server never imports, and what would bring libraries along for it.
LEFT_OUT: Final = shutil.ignore_patterns(
    *("__pycache__", "config-*", "dist-packages", "site-packages", "test", "tests"),
    *("ensurepip", "idlelib", "lib2to3", "pydoc_data", "tkinter", "turtle*", "venv"),
    *("_bsddb*", "_crypt*", "_curses*", "_dbm*", "_gdbm*", "_sqlite3*", "_test*", "_tkinter*"),
    *("_xxtest*", "nis.*", "ossaudiodev*", "readline.*", "sqlite3", "xxlimited*"),
)

# Imported by nobody here: kubernetes_asyncio's typed models, and most of what pygments can colour.
UNCOMPILED: Final = re.compile(
    r"/kubernetes_asyncio/client/(api|models)/|/pygments/(lexers|styles)/"
)

_FILES: Final = {
    "etc/passwd": f"root:x:0:0:root:/:/none\ningress:x:{USER}:{USER}::/:/none\n",
    "etc/group": f"root:x:0:\ningress:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


def lay_out(root: Path, app: Path) -> None:
    """Write the root, and compile what is in it and below ``app``."""
    library = Path(sysconfig.get_path("stdlib"))
    interpreter = Path(sys.executable).resolve()
    shutil.copytree(library, _below(root, library), ignore=LEFT_OUT, dirs_exist_ok=True)
    modules = [*_below(root, library).rglob("*.so"), *app.rglob("*.so")]
    loaded = _shared(interpreter, *modules)
    # Wheels bring some libraries of their own, which are below app already.
    copied = {interpreter, *(file for file in loaded if not file.is_relative_to(app))}
    for file in sorted(copied):
        _copy(file, root)
    _link(Path(sys.executable), interpreter, root)
    for name, text in _FILES.items():
        _write(root / name, text)
    _trust(root)
    (root / "tmp").mkdir(mode=0o1777, exist_ok=True)
    # Debian's own Python comes in two packages, and the authorities in a third.
    named = (library / "os.py", library / "asyncio/__init__.py", Path("/usr/share/ca-certificates"))
    _name_packages(root, [*copied, *named])
    _compile(_below(root, library), shown_as=library)
    _compile(app, shown_as=app)


def _below(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _copy(file: Path, root: Path) -> None:
    target = _below(root, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, target)


def _link(name: Path, file: Path, root: Path) -> None:
    """Let the interpreter be found under the name that a virtual environment gives it."""
    if name != file:
        link = _below(root, name)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)


def _shared(*files: Path) -> set[Path]:
    """Return the shared libraries that these load, each under the name that they ask for."""
    said = subprocess.run(["ldd", *files], check=False, capture_output=True, text=True).stdout
    if missing := re.findall(r"(\S+) => not found", said):
        raise SystemExit(f"not to be found: {', '.join(sorted(set(missing)))}")
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", said)}


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _trust(root: Path) -> None:
    """Put the certificate authorities where Python's TLS looks for them: a file each.

    Of a folder, what a chain asks for is read; a bundle is read whole by each context that is
    made, and aiohttp makes two as it is imported: 40 ms and 2 MB of every process.
    """
    where = Path(ssl.get_default_verify_paths().openssl_capath)
    links = sorted(Path("/etc/ssl/certs").glob("????????.[0-9]"))
    # A link of the distribution's may lead nowhere: to an authority that is trusted no more.
    authorities = [link for link in links if link.is_file()]
    if not authorities:
        raise SystemExit("no certificate authorities in /etc/ssl/certs")
    for authority in authorities:
        _write(_below(root, where / authority.name), authority.read_text(encoding="utf-8"))


def _name_packages(root: Path, files: Iterable[Path]) -> None:
    """Write a status file and the copyright of each Debian package that a file comes from."""
    for package in sorted(set(_packages(files))):
        said = subprocess.run(
            ["dpkg-query", "--status", package],
            check=True,
            capture_output=True,
            text=True,
        )
        name = package.partition(":")[0]
        _write(root / "var/lib/dpkg/status.d" / name, said.stdout)
        copyright_of = Path("/usr/share/doc", name, "copyright")
        if copyright_of.is_file():
            _copy(copyright_of, root)


def _packages(files: Iterable[Path]) -> Iterator[str]:
    if shutil.which("dpkg-query"):
        for file in files:
            # Since /lib is a link to /usr/lib, dpkg may know a file by either name.
            names = [str(file), str(file).removeprefix("/usr"), f"/usr{file}"]
            said = subprocess.run(
                ["dpkg-query", "--search", *names],
                check=False,
                capture_output=True,
                text=True,
            )
            yield from (line.partition(": ")[0] for line in said.stdout.splitlines())


def _compile(folder: Path, *, shown_as: Path) -> None:
    """Compile to bytecode that is taken as it is: the image's files do not change."""
    compileall.compile_dir(
        str(folder),
        quiet=1,
        stripdir=str(folder),
        prependdir=str(shown_as),
        rx=UNCOMPILED,
        workers=0,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
