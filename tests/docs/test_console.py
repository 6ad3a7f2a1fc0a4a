"""No command in the README or the docs can rot: each is run, and prints what is written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "```console" in page.read_text()
]


def console(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "console.py", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def can_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "--net", "--mount", "--map-root-user", "true"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


needs_namespaces = pytest.mark.skipif(
    not can_unshare(), reason="this machine lets nobody make network namespaces"
)


@needs_namespaces
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_prints_what_the_page_says(page: Path) -> None:
    done = console(page)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@needs_namespaces
@pytest.mark.parametrize(
    "block",
    ["$ echo one\ntwo\n", "$ false\n", "$ printf 'a\\nb\\n'\na\n", "$ echo a\na\nb\n"],
)
def test_a_command_that_prints_something_else_is_found(tmp_path: Path, block: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{block}```\n")
    assert console(page).returncode == 1
    assert console("--update", page).returncode == 0
    assert console(page).returncode == 0


@needs_namespaces
def test_dots_stand_for_anything(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ seq 5\n1\n…\n5\n$ echo a b c\na … c\n$ true\n```\n")
    assert console(page).returncode == 0
