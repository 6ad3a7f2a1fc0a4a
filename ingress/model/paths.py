"""Paths: the one normal form in which rules and requests are compared.

Percent triplets in upper case, unreserved ones decoded (RFC 3986 §6.2.2), ``.`` and ``..``
removed (§5.2.4), double slashes kept. What is matched is what is sent upstream.
"""

import re
from typing import Final
from urllib.parse import quote

_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TRIPLET: Final = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNSENDABLE: Final = re.compile(r"[^\x21-\x7e]+")


class PathError(ValueError):
    """The path has no normal form: it is not absolute, or has a broken percent triplet."""


def normalise_path(path: str) -> str:
    """Return the normal form of an absolute path without its query.

    ``..`` above the root stays at the root (RFC 3986 §5.2.4). Characters that no request target
    can hold are percent-encoded as UTF-8 (RFC 3987 §3.1), so that a rule for ``/café`` is found.
    Raises PathError where a ``%`` is not followed by two hex digits, or the path does not begin
    with a slash.
    """
    if not path.startswith("/"):
        raise PathError("does not begin with a slash")
    if not _is_suspect(path):
        return path
    triplets = _TRIPLET.sub(_normal_triplet, path)
    return _remove_dot_segments(_UNSENDABLE.sub(_percent_encoded, triplets))


def _is_suspect(path: str) -> bool:
    """Tell whether a path may not be normal as it is; most are."""
    if "%" in path or "/." in path or " " in path:
        return True
    return not (path.isascii() and path.isprintable())


def _normal_triplet(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        raise PathError("has a % that is not followed by two hex digits")
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"


def _percent_encoded(match: re.Match[str]) -> str:
    # A lone surrogate, which JSON can hold, has no UTF-8; as "?" it matches nothing.
    return quote(match[0], safe="", errors="replace")


def _remove_dot_segments(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def prefix_of(path: str) -> str:
    """Return the normal form of a Prefix rule's path: ``/foo/`` is the same rule as ``/foo``."""
    return path.rstrip("/") or "/"
