"""The real command, on machines that have the programs here or there."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.kubernetes import BUILT, KUBERNETES, STAGES
from scripts.tree import ROOT

CONTROL = STAGES["control"]


@pytest.fixture
def cache(tmp_path):
    """A cache that has what the control tier needs."""
    programs = tmp_path / "cache" / "aiohttp-ingress" / f"kubernetes-{KUBERNETES.version}" / "bin"
    for program in CONTROL:
        plant(programs / program, BUILT[program][0].stamp)
    return programs


def plant(program: Path, stamp: bytes = b"") -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_bytes(b"any program\0" + stamp)
    program.chmod(0o755)


def command(tmp_path: Path, *stages: str, **env: str) -> dict:
    return {
        "args": [sys.executable, "-m", "scripts.kubernetes", *stages],
        "cwd": ROOT,
        "env": {"PATH": "/nowhere", "XDG_CACHE_HOME": str(tmp_path / "cache"), **env},
        "text": True,
    }


def folder(*args, **env) -> str:
    """Run the command where it has nothing to make: it says where, and no more."""
    done = subprocess.run(**command(*args, **env), capture_output=True, timeout=30, check=True)
    assert done.stderr == ""
    return done.stdout.rstrip("\n")


def test_the_assets_of_envtest_come_first(tmp_path, cache):
    for program in CONTROL:
        plant(tmp_path / "assets" / program)
    assets = str(tmp_path / "assets")
    assert folder(tmp_path, "control", KUBEBUILDER_ASSETS=assets) == assets
    assert folder(tmp_path, "control") == str(cache)


def test_assets_that_lack_something_are_passed_over(tmp_path, cache):
    plant(tmp_path / "assets" / "etcd")
    assets = str(tmp_path / "assets")
    assert folder(tmp_path, "control", KUBEBUILDER_ASSETS=assets) == str(cache)


def test_a_folder_of_the_path_that_has_them_all(tmp_path, cache):
    for program in STAGES["charts"]:
        plant(tmp_path / "bin" / program)
    path = f"/nowhere{os.pathsep}{tmp_path / 'bin'}"
    assert folder(tmp_path, "charts", PATH=path) == str(tmp_path / "bin")
    assert folder(tmp_path, "control", PATH=path) == str(cache)


def test_a_program_of_another_version_is_made_again(tmp_path, cache):
    plant(cache / "kwok", b"sigs.k8s.io/kwok\tv0.0.1")
    (tmp_path / "go").mkdir()
    go = tmp_path / "go" / "go"
    go.write_text(
        '#!/bin/sh\ncase $1 in version) echo go99.0;; *) echo refused "$@" >&2; exit 1; esac'
    )
    go.chmod(0o755)
    path = f"{tmp_path / 'go'}:/bin:/usr/bin"
    done = subprocess.run(
        **command(tmp_path, "control", PATH=path), capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert f"Making kwok in {cache}" in done.stderr
    assert "kwok cannot be built:\nrefused build" in done.stderr


def test_two_at_once_wait_for_each_other(tmp_path, cache):
    (cache / "etcd").unlink()
    with (cache.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            **command(tmp_path, "control"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with waiting:
            assert waiting.stderr.readline() == (
                f"Waiting for another build to release {cache.parent / 'lock'} …\n"
            )
            plant(cache / "etcd", BUILT["etcd"][0].stamp)  # as the other one would have done
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert waiting.communicate(timeout=30) == (f"{cache}\n", "")
