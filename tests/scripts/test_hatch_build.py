"""Builds a package of two modules, one of them to be compiled, as pip would have it built."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import requires
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
PROJECT = """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"
    [project]
    name = "greeting"
    version = "1"
    requires-python = ">=3.11"
    [tool.hatch.build.targets.wheel]
    packages = ["greeting"]
    [tool.hatch.build.targets.wheel.hooks.custom]
    path = "hook.py"
    modules = ["greeting.hot"]
"""
HOT = """
    from enum import StrEnum

    class Word(StrEnum):
        HELLO = "hello"

    def greet(word: str) -> str:
        return f"{word}, {__file__}"
"""

compiler = shutil.which((os.environ.get("CC") or sysconfig.get_config_var("CC")).split()[0])
headers = Path(sysconfig.get_path("include"), "Python.h")
needs_compiler = pytest.mark.skipif(
    compiler is None or not headers.is_file(), reason="no C compiler, or no headers of Python"
)


@pytest.fixture
def package(plant):
    """The root of a small project that is built with our hook."""
    root = plant(
        {
            "pyproject.toml": PROJECT,
            "greeting/__init__.py": "",
            "greeting/hot.py": HOT,
            "greeting/cold.py": "x = 1\n",
        }
    )
    shutil.copy(ROOT / "scripts" / "hatch_build.py", root / "hook.py")
    return root


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key != "INGRESS_COMPILED"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=inherited | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def build(root: Path, target: str = "wheel", **env: str) -> tuple[list[Path], str]:
    """Return the archives that came of it, and what was said."""
    shutil.rmtree(root / "dist", ignore_errors=True)
    done = run(sys.executable, "-m", "hatchling", "build", "-t", target, cwd=root, **env)
    return list((root / "dist").glob("*")), done.stdout


def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if name.startswith("greeting/")}


@needs_compiler
def test_a_compiled_wheel_names_its_platform_and_keeps_the_sources(package, tmp_path):
    (wheel,), _ = build(package, INGRESS_COMPILED="1")
    assert wheel.name.endswith(f"{sysconfig.get_platform().replace('-', '_')}.whl")
    sources = {"greeting/__init__.py", "greeting/hot.py", "greeting/cold.py"}
    assert names(wheel) == {*sources, f"greeting/hot{SUFFIX}"}
    ZipFile(wheel).extractall(tmp_path / "site")
    program = "from greeting.hot import greet, Word; print(greet(Word.HELLO))"
    said = run(sys.executable, "-c", program, cwd=tmp_path / "site").stdout
    assert said == f"hello, {tmp_path}/site/greeting/hot{SUFFIX}\n"


@needs_compiler
def test_only_what_changed_is_compiled_again(package):
    build(package)
    (made,) = package.glob(f"build/compiled-*/lib/greeting/hot{SUFFIX}")
    first = made.stat().st_mtime_ns
    build(package)
    assert made.stat().st_mtime_ns == first
    (package / "greeting" / "hot.pxd").write_text("cpdef str greet(str word)\n")
    build(package)
    assert made.stat().st_mtime_ns > first


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"INGRESS_COMPILED": "0"}, "INGRESS_COMPILED=0"),
        ({"CC": "false"}, "false"),
        ({"CC": "no-such-compiler"}, "no-such-compiler"),
    ],
)
def test_without_compiler_or_wish_the_wheel_is_pure_and_says_why(package, env, reason):
    (wheel,), said = build(package, **env)
    assert wheel.name == "greeting-1-py3-none-any.whl"
    assert f"greeting/hot{SUFFIX}" not in names(wheel)
    assert "This build is interpreted" in said
    assert reason in said


@needs_compiler
def test_what_cython_cannot_translate_is_left_interpreted(package):
    (package / "greeting" / "hot.pxd").write_text("cdef class\n")
    (wheel,), said = build(package)
    assert wheel.name == "greeting-1-py3-none-any.whl"
    assert "cannot translate" in said


def test_whoever_insists_gets_no_other_build(package):
    made, said = build(package, INGRESS_COMPILED="1", CC="false")
    assert made == []
    assert "NotCompiledError" in said


def test_our_sdist_installs_where_there_is_no_compiler(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "tests", "docs"))
    (sdist,), _ = build(source, "sdist")
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("aiohttp_ingress-*")
    pip = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-index")
    where = ("--no-deps", "--no-build-isolation", "--target", tmp_path / "site")
    done = run(*pip, *where, ".", cwd=unpacked, CC="no-such-compiler")
    assert done.returncode == 0, done.stdout
    command = (sys.executable, "-m", "ingress", "--version")
    assert run(*command, cwd=tmp_path / "site").stdout.endswith("(interpreted)\n")


def test_what_builds_is_pinned_with_the_rest():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    needed = set(project["build-system"]["requires"])
    assert needed <= set(project["dependency-groups"]["build"])
    assert needed.isdisjoint(requires("aiohttp-ingress") or ())
