import tomllib
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from ingress.runtime.build import which_build

ROOT = Path(__file__).parents[2]


def source_of(name):
    return ROOT / (name.replace(".", "/") + ".py")


def test_all_modules_that_can_be_compiled_are_or_none():
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    names = wheel["hooks"]["custom"]["modules"]
    if which_build() == "interpreted":  # where what is for Cython alone has no module
        names = [name for name in names if not source_of(name).with_suffix(".pyx").exists()]
    files = [import_module(name).__file__ for name in names]
    compiled = [file for file in files if file.endswith(tuple(EXTENSION_SUFFIXES))]
    assert compiled == (files if which_build() == "compiled" else [])
