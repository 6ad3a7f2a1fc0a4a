"""Makes the programs of the test cluster be there, and prints their folder.

    python -m scripts.kubernetes control           etcd, API server, controllers, kubectl, KWOK
    python -m scripts.kubernetes control node      and kubelet, kube-proxy, containerd
    python -m scripts.kubernetes charts            Helm 3 and 4

The folder is $KUBEBUILDER_ASSETS, or one of PATH, if it holds them all; else they are made, once,
in ``${XDG_CACHE_HOME:-~/.cache}/aiohttp-ingress/kubernetes-<version>/bin``, from Go modules and
Debian. What is there already is not made again; an interrupted run goes on where it was. The
versions, and the hashes of all that is compiled, stand in ``tests/cluster/programs/*/go.mod`` and
``go.sum``.
"""

import argparse
import fcntl
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.gobuild import Module, build, find_go
from scripts.tree import ROOT

_MODULES = ROOT / "tests" / "cluster" / "programs"
KUBERNETES = Module(_MODULES / "kubernetes", "k8s.io/kubernetes")

# program: the module it is built of, and its package there
BUILT = {
    **{
        program: (KUBERNETES, f"k8s.io/kubernetes/cmd/{program}")
        for program in (
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kubectl",
            "kube-proxy",
            "kubelet",
        )
    },
    "etcd": (Module(_MODULES / "etcd", "go.etcd.io/etcd/server/v3"), "go.etcd.io/etcd/server/v3"),
    "kwok": (Module(_MODULES / "kwok", "sigs.k8s.io/kwok"), "sigs.k8s.io/kwok/cmd/kwok"),
    "helm3": (Module(_MODULES / "helm3", "helm.sh/helm/v3"), "helm.sh/helm/v3/cmd/helm"),
    "helm4": (Module(_MODULES / "helm4", "helm.sh/helm/v4"), "helm.sh/helm/v4/cmd/helm"),
}

CONTAINERD = ("containerd", "containerd-shim-runc-v2")
# What a node takes from the machine.
_PACKAGES = ("runc", "nft=nftables", "/usr/lib/cni/ptp=containernetworking-plugins")

STAGES = {
    "control": (
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubectl",
        "kwok",
    ),
    "node": (*CONTAINERD, "kube-proxy", "kubelet"),
    "charts": ("helm3", "helm4"),
}


def cache() -> Path:
    """Return the folder where everything is kept that should outlive a checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiohttp-ingress"


def home() -> Path:
    """Return the folder where the programs are made."""
    return cache() / f"kubernetes-{KUBERNETES.version}" / "bin"


def find(*stages: str) -> Path | None:
    """Return the first folder that has all programs of the stages, or None."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    path = os.environ.get("PATH", "").split(os.pathsep)
    for folder in (Path(name) for name in [assets, *path] if name):
        if all(_is_program(folder / program) for program in wanted(stages)):
            return folder
    return None if any(missing(stages)) else home()


def wanted(stages: Iterable[str]) -> Iterator[str]:
    """Yield the programs of the stages."""
    for stage in stages:
        yield from STAGES[stage]


def missing(stages: Iterable[str]) -> Iterator[str]:
    """Yield the programs that are yet to be made, those of another version among them."""
    for program in wanted(stages):
        file = home() / program
        if not _is_program(file) or (program in BUILT and not _is_of(file, BUILT[program][0])):
            yield program


def make(stages: Iterable[str]) -> None:
    """Make what is missing; waits for another process that does the same."""
    home().mkdir(parents=True, exist_ok=True)
    with _alone(home().parent / "lock"):
        programs = list(missing(stages))
        if programs:
            print(f"Making {', '.join(programs)} in {home()} …", file=sys.stderr, flush=True)
        for program in programs:
            _make(program)


def _make(program: str) -> None:
    if program in CONTAINERD:
        _unpack_containerd(program)
    else:
        module, package = BUILT[program]
        go = find_go(module.folder / "go.mod", cache=cache())
        flags = _version_flags() if module is KUBERNETES else ()
        build(package, folder=module.folder, into=home() / program, go=go, ldflags=flags)


def _version_flags() -> Iterator[str]:
    # Without them the server says v0.0.0, and charts that ask for a version refuse it.
    version = KUBERNETES.version
    major, minor, _ = version.split(".", 2)
    yield f"-X k8s.io/component-base/version.gitVersion=v{version}"
    yield f"-X k8s.io/component-base/version.gitMajor={major}"
    yield f"-X k8s.io/component-base/version.gitMinor={minor}"
    yield f"-X k8s.io/client-go/pkg/version.gitVersion=v{version}"


def _unpack_containerd(program: str) -> None:
    """Take it from PATH, else from Debian's package, which is not installed: it would start one."""
    if installed := shutil.which(program):
        _put(Path(installed))
        return
    if shutil.which("apt-get") is None:
        raise SystemExit(f"{program} is needed, and neither it nor apt-get is here")
    with tempfile.TemporaryDirectory() as folder:
        _quietly("apt-get", "download", "containerd", cwd=folder)
        (package,) = Path(folder).glob("containerd_*.deb")
        _quietly("dpkg", "-x", package.name, "unpacked", cwd=folder)
        for each in CONTAINERD:
            _put(Path(folder, "unpacked", "usr", "bin", each))


def _quietly(*command: str, cwd: str) -> None:
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stdout}")


def _put(program: Path) -> None:
    half = home() / f".{program.name}.half"
    shutil.copyfile(program, half)
    half.chmod(0o755)
    half.replace(home() / program.name)


def _is_program(file: Path) -> bool:
    return os.access(file, os.X_OK) and file.is_file()


def _is_of(file: Path, module: Module) -> bool:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(module.stamp) >= 0


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another build to release {lock} …", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Make the programs of the stages that the arguments name, and print their folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("stages", nargs="+", choices=STAGES, metavar="|".join(STAGES))
    stages = parser.parse_args().stages
    if "node" in stages:
        subprocess.run(["sh", "scripts/needs", *_PACKAGES], cwd=ROOT, stdout=sys.stderr, check=True)
    if find(*stages) is None:
        make(stages)
    print(find(*stages))


if __name__ == "__main__":
    main()
