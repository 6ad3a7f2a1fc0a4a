"""Each contract of pyproject.toml breaks when a small house of the same rooms breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("cli", "control", "worker", "proxy", "explain", "policies", "routing", "compiler"),
    *("sources", "standins", "issuer", "model", "control/admin", "proxy/upstream"),
)
ORDER = "Imports point downward, and every room is in the picture"
PURE = "Pure means pure"
DATA_SIDE = "The data side knows neither sources nor compiler"


@pytest.fixture
def house(tmp_path):
    """An empty house with the real contracts."""
    for room in ROOMS:
        (tmp_path / "ingress" / room).mkdir(parents=True)
        (tmp_path / "ingress" / room / "__init__.py").touch()
    (tmp_path / "ingress" / "__init__.py").touch()
    (tmp_path / "ingress" / "settings.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _broken(house: Path) -> set[str]:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
    broken = {
        line.removesuffix(" BROKEN")
        for line in done.stdout.splitlines()
        if line.endswith(" BROKEN")
    }
    assert bool(broken) == bool(done.returncode), done.stdout + done.stderr
    return broken


def test_an_empty_house_keeps_them_all(house):
    assert _broken(house) == set()


@pytest.mark.parametrize(
    ("module", "line", "contracts"),
    [
        ("model/a", "import ingress.settings", {ORDER}),
        ("settings", "import ingress.policies", {ORDER}),
        ("policies/a", "import ingress.routing", {ORDER}),
        ("proxy/a", "import ingress.worker", {ORDER}),
        ("proxy/a", "import ingress.compiler", {DATA_SIDE}),
        ("worker/a", "import ingress.sources", {DATA_SIDE}),
        ("attic", "", {ORDER}),
        ("model/a", "import asyncio", {PURE}),
        ("compiler/a", "import logging", {PURE}),
        ("routing/a", "from time import monotonic", {PURE}),
        ("policies/a", "import random", {PURE}),
        ("sources/a", "import aiohttp", {"aiohttp is for serving"}),
        ("control/a", "from aiohttp import web", {"aiohttp is for serving"}),
        ("proxy/upstream/a", "import h11", {"h11 is the tests' oracle"}),
        (
            "proxy/a",
            "import cryptography",
            {"cryptography is for reading and issuing certificates"},
        ),
        (
            "control/a",
            "import kubernetes_asyncio",
            {"One module finds credentials, and one speaks to the API server with them"},
        ),
        (
            "control/a",
            "import ruamel.yaml",
            {"Manifests are read by sources, and written by the command line"},
        ),
        ("control/a", "import rich", {"Only the command line speaks to a person"}),
    ],
)
def test_a_broken_contract_is_named(house, module, line, contracts):
    (house / "ingress" / f"{module}.py").write_text(f"{line}\n")
    assert _broken(house) == contracts


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("proxy/a", "import aiohttp"),
        ("control/admin/a", "import aiohttp"),
        ("standins/a", "from aiohttp import web"),
        ("compiler/certificates", "from cryptography import x509"),
        ("issuer/a", "import cryptography"),
        ("cli/a", "import rich.table, ingress.control, ingress.explain"),
        ("sources/a", "import ryaml, watchfiles, yaml"),
        ("explain/a", "import ingress.routing, ingress.policies"),
        ("control/a", "import ingress.worker, ingress.sources, ingress.compiler"),
    ],
)
def test_what_a_room_may_have(house, module, line):
    (house / "ingress" / f"{module}.py").write_text(f"{line}\n")
    assert _broken(house) == set()
