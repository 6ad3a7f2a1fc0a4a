import subprocess

import pytest

from scripts.traces import findings

# Put together here, so that this file does not hold what it looks for.
MACHINE = ["/wo" + "rk/main/a", "/ro" + "ot/.cache/b", "/ho" + "me/ann/c", "/op" + "t/wheels/d"]
REGISTRIES = ["gh" + "cr.io/a/b:1", "https://py" + "pi.org/simple", "docker" + ".io/library/nginx"]


@pytest.fixture
def repository(plant):
    def made(files):
        root = plant(files)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        return root

    return made


@pytest.mark.parametrize("trace", MACHINE + REGISTRIES)
def test_a_trace_is_found(repository, trace):
    (finding,) = findings(repository({"docs/a.md": f"first\nsee {trace}\n"}))
    assert finding.startswith("docs/a.md:2: ")


@pytest.mark.parametrize("text", ["/network/a", "a/work/b", "example.com/home", "pypi"])
def test_what_is_no_trace(repository, text):
    assert list(findings(repository({"a.md": text}))) == []


def test_a_reason_waives(repository):
    assert list(findings(repository({"a.md": f"{MACHINE[0]}  # trace: quoted from a log"}))) == []


def test_ignored_and_binary_files_are_passed_over(repository):
    root = repository({".gitignore": "made\n", "made": MACHINE[0]})
    (root / "picture").write_bytes(b"\xff\xfe" + MACHINE[0].encode())
    assert list(findings(root)) == []
