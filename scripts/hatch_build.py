"""Compiles the hot path when a wheel is built; hatchling calls it (docs/decisions/0080).

Cython turns the modules that pyproject.toml names, as they are, into extension modules, which
lie beside their sources in the wheel: Python imports them first. All are compiled, or none.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from Cython.Build import cythonize
from Cython.Compiler.Errors import CompileError
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension, errors

# Annotations stay what they are to the interpreter, words for readers: an exact ``str`` would
# refuse an enum's member. Types for the compiler stand in the .pxd beside a module. Functions are
# builtins' like, which takes less to call, and those of one argument take it by position.
DIRECTIVES: Final = {
    "language_level": 3,
    "annotation_typing": False,
    "binding": False,
    "always_allow_keywords": False,
}
CYTHON: Final = metadata.version("cython")
# Nobody wrote this C, so nobody mends what a compiler says about it.
# What a request runs through is ten times what a processor's first cache holds: no stubs, no gaps.
DENSE: Final = (
    "-fno-plt",
    "-fvisibility=hidden",
    "-fno-align-functions",
    "-fno-align-jumps",
    "-fno-align-labels",
    "-fno-align-loops",
)
FLAGS: Final = ("-O2", "-g0", "-w", *DENSE)
SUFFIX: Final = sysconfig.get_config_var("EXT_SUFFIX")
JOBS: Final = os.cpu_count() or 1

WISH: Final = "INGRESS_COMPILED"
"""In the environment: 0 is never, 1 is or fail; without it, where there is a compiler."""


class NotCompiledError(Exception):
    """Why this machine gets the interpreted build."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the extension modules to a wheel, and the platform to its name."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless this is an editable installation, which runs a checkout's sources."""
        if version == "editable":
            return
        wish = os.environ.get(WISH)
        try:
            found = compile_modules(self.config["modules"], wish=wish)
        except NotCompiledError as reason:
            if wish == "1":
                raise
            self.app.display_warning(f"This build is interpreted, not compiled: {reason}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update(found)


def compile_modules(modules: Sequence[str], *, wish: str | None) -> dict[str, str]:
    """Return the extension modules' files, and where each belongs in the wheel.

    Works in ``build/``, and does again only what changed. Raises NotCompiledError.
    """
    if wish == "0":
        raise NotCompiledError(f"{WISH}=0")
    if sys.implementation.name != "cpython":
        raise NotCompiledError(f"{sys.implementation.name} compiles by itself")
    folder = Path("build") / f"compiled-{_fingerprint()}"
    # Linked first, since without a compiler there is nothing to translate for.
    _link([_nothing(folder)], folder=folder)
    extensions = _translate(modules, folder=folder)
    _link(extensions, folder=folder)
    paths = [each.name.replace(".", "/") + SUFFIX for each in extensions]
    return {str(folder / "lib" / path): path for path in paths}


def _fingerprint() -> str:
    """Return a name for what decides about the outcome, the sources aside."""
    facts = (CYTHON, SUFFIX, sorted(DIRECTIVES.items()), FLAGS)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _nothing(folder: Path) -> Extension:
    source = folder / "nothing.c"
    if not source.exists():
        folder.mkdir(parents=True, exist_ok=True)
        source.write_text("#include <Python.h>\n")
    return Extension("nothing", [str(source)])


def _translate(modules: Sequence[str], *, folder: Path) -> list[Extension]:
    extensions = [
        Extension(name, [str(_source(name))], extra_compile_args=list(FLAGS)) for name in modules
    ]
    try:
        return list(
            cythonize(  # type: ignore[no-untyped-call]  # it has none
                extensions,
                build_dir=str(folder),
                compiler_directives=DIRECTIVES,
                nthreads=JOBS,
                quiet=True,
            )
        )
    except CompileError as error:
        raise NotCompiledError(f"Cython {CYTHON} cannot translate it") from error


def _source(name: str) -> Path:
    """Return a module's source, of which a few are for Cython alone."""
    path = Path(name.replace(".", "/"))
    alone = path.with_suffix(".pyx")
    return alone if alone.exists() else path.with_suffix(".py")


def _link(extensions: list[Extension], *, folder: Path) -> None:
    """Compile and link what is older than its source."""
    options = {"build_lib": str(folder / "lib"), "build_temp": str(folder), "parallel": JOBS}
    facts = {"ext_modules": extensions, "options": {"build_ext": options}}
    command = Distribution(facts).get_command_obj("build_ext")
    command.ensure_finalized()
    try:
        command.run()
    except (errors.CompileError, errors.LinkError, errors.PlatformError) as error:
        raise NotCompiledError(str(error)) from error
