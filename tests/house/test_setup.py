"""scripts/python, scripts/environment and scripts/needs, on machines that lack something."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEW, OLD = "exit 0", "exit 1"


@pytest.fixture
def machine(tmp_path):
    """A PATH with the named commands, each of which is one line of sh."""

    def with_commands(commands: dict[str, str]) -> dict[str, str]:
        for name, line in commands.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
            (tmp_path / name).chmod(0o755)
        return {"PATH": str(tmp_path)}

    return with_commands


def _run(script: str, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / "scripts" / script, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_python3_comes_first(machine):
    done = _run("python", env=machine({"python3": NEW, "python3.11": NEW}))
    assert (done.returncode, done.stdout) == (0, "python3\n")


def test_an_old_python3_gives_way_to_a_later_one(machine):
    done = _run("python", env=machine({"python3": OLD, "python3.12": NEW, "python3.11": NEW}))
    assert (done.returncode, done.stdout) == (0, "python3.12\n")


def test_no_python_that_will_do(machine):
    done = _run("python", env=machine({"python3": OLD}))
    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_the_named_python_is_the_one(machine):
    machine({"mine": NEW, "python3": NEW})
    env = machine({"old": OLD})
    assert _run("python", env={**env, "PYTHON": "mine"}).stdout == "mine\n"
    refused = _run("python", env={**env, "PYTHON": "old"})
    assert refused.returncode == 1
    assert "PYTHON=old is not Python 3.11 or later." in refused.stderr


def test_a_python_without_ensurepip_names_the_package(machine, tmp_path):
    env = machine(
        {
            "python3": "case $2 in *ensurepip*) exit 1;; *print*) echo 3.11;; esac",
            "sh": 'exec /bin/sh "$@"',
        }
    )
    done = _run("environment", str(tmp_path / "venv"), env=env)
    assert done.returncode == 1
    assert "apt-get install python3.11-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_command_that_is_there_needs_nothing():
    assert _run("needs", "sh", env={"PATH": os.environ["PATH"]}).stdout == ""


def test_a_missing_command_is_named(machine):
    env = machine({"id": "echo 1000"})
    done = _run("needs", "no-such-command", env=env)
    assert done.returncode == 1
    assert "apt-get install no-such-command" in done.stderr
    done = _run("needs", "id=coreutils", "/no/such/command=its-package", env=env)
    assert "apt-get install its-package\n" in done.stderr


def test_a_path_stands_for_a_file():
    env = {"PATH": os.environ["PATH"]}
    assert _run("needs", f"{ROOT / 'Makefile'}=make", env=env).stdout == ""


def test_a_toolchain_that_is_missing_is_named(machine):
    python = """case $2 in
        *get_config_var*) echo no-such-cc -pthread;;
        *get_path*) echo /no/such/include;;
        *get_python_version*) echo 3.12;;
    esac"""
    shell = 'exec /bin/sh "$@"'
    done = _run("toolchain", env=machine({"python3": python, "sh": shell, "id": "echo 1000"}))
    assert done.returncode == 1
    assert "apt-get install gcc libc6-dev python3.12-dev\n" in done.stderr
