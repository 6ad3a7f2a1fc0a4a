"""Asks the admin address of a running ingress."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

from ingress.cli.mistakes import ExitCode, Mistake

TIMEOUT: Final = 10.0


def explanation(admin: str, query: Mapping[str, Sequence[str]]) -> Any:
    """GET ``/explain`` and return its JSON; raises Mistake."""
    if urlsplit(admin).scheme not in {"http", "https"}:
        raise Mistake(f"--admin: {admin!r} is no URL", mend="write http://127.0.0.1:9090")
    url = f"{admin.rstrip('/')}/explain?{urlencode(query, doseq=True)}"
    # The admin address is nearby; a proxy for the web is not on the way.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(url, timeout=TIMEOUT) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            raise _refusal(error) from error
    except (URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise Mistake(
            f"{admin} does not answer: {why}",
            mend="start `ingress run`, or give the admin address that it printed",
            code=ExitCode.FOUND,
        ) from error
    except ValueError as error:
        raise _stranger(admin) from error


def _refusal(error: HTTPError) -> Mistake:
    try:
        said = json.load(error)
        return Mistake(said["error"], mend=said["mend"])
    except (ValueError, KeyError, TypeError):
        return _stranger(error.url)


def _stranger(url: str) -> Mistake:
    return Mistake(
        f"what answers at {url} is no ingress",
        mend="give the admin address that `ingress run` printed",
        code=ExitCode.FOUND,
    )
