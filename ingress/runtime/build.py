"""Which build of the hot path runs, told by a module that is compiled with it or not at all."""

from importlib.machinery import EXTENSION_SUFFIXES


def which_build() -> str:
    """Return ``compiled`` or ``interpreted``."""
    return "compiled" if __file__.endswith(tuple(EXTENSION_SUFFIXES)) else "interpreted"
