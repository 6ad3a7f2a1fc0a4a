"""What ``/explain`` is asked: a request that nobody sends, read from a query string."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ingress.explain import Asked

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_KNOWN: Final = ("url", "method", "header", "client")


class QuestionError(ValueError):
    """A question that cannot be understood; ``mend`` says what to write."""

    def __init__(self, message: str, *, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def read_question(query: Mapping[str, Sequence[str]]) -> Asked:
    """Read the parameters, each with all its values; raises QuestionError."""
    for name in query:
        if name not in _KNOWN:
            raise QuestionError(
                f"the parameter {name!r} is not known",
                mend=f"write {', '.join(_KNOWN)}; a & that belongs to the url is written %26",
            )
    return Asked(
        url=_url(_one(query, "url")),
        method=_method(_one(query, "method") or "GET"),
        headers=tuple(_header(line) for line in query.get("header", ())),
        client=_client(_one(query, "client") or "127.0.0.1"),
    )


def _one(query: Mapping[str, Sequence[str]], name: str) -> str:
    values = query.get(name, ())
    if len(values) > 1:
        raise QuestionError(f"{name} is given {len(values)} times", mend=f"give one {name}")
    return values[0] if values else ""


def _url(text: str) -> str:
    if not text:
        raise QuestionError("no url is given", mend="write /explain?url=https://host/path")
    if (scheme := _SCHEME.match(text)) and scheme[1].lower() not in {"http", "https"}:
        raise QuestionError(f"{text!r} is no http or https URL", mend="write https://host/path")
    return text


def _method(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise QuestionError(f"{text!r} is no method", mend="write GET, POST, …")
    return text


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        raise QuestionError(f"{line!r} is no header", mend="write header=Name:value")
    return name, value.strip()


def _client(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise QuestionError(f"{text!r} is no IP address", mend="write client=192.0.2.7") from None
