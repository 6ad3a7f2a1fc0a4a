"""What we answer ourselves: a short page that says who answers, what to do, and a request id.

Never an address, a path of ours, or anything that the client sent.
"""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Final, NamedTuple

import msgspec

from ingress.model.memory import Memory
from ingress.policies import Redirect
from ingress.proxy.downstream.replies import date_line, start_of
from ingress.proxy.http1.messages import StatusLine, join_lines

SERVER: Final = "aiohttp-ingress"

_MENDS: Final[Mapping[int, str]] = {
    400: "The request breaks the rules of HTTP. Mend the client, or what stands before us.",
    404: "No rule matches this host and path. Check the address; its owner, the Ingress rules.",
    408: "The request took too long to arrive. Try again.",
    413: "The request body is longer than this route allows.",
    414: "The address is too long.",
    417: "The only expectation that is met here is 100-continue.",
    431: "The request's headers are too long. Clear this site's cookies and try again.",
    500: "Something is broken in this proxy. Its owner finds more in its log by the request id.",
    501: "The request asks for something that this proxy does not carry.",
    502: "The service behind this address gave no usable answer. Try again later.",
    503: "No instance of the service behind this address is ready. Try again later.",
    504: "The service behind this address took too long. Try again later.",
    505: "HTTP/1.1 and HTTP/1.0 are spoken here.",
}
# The client broke off or went too far: what it sends next is no request.
_CLOSING: Final = frozenset((400, 408, 413))
_HTML: Final = "text/html; charset=utf-8"
_JSON: Final = "application/json"
_ID: Final = "$"
"""Stands for the request's id, which is fit to stand in either kind of page."""
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{status} {reason}</title></head>
<body><h1>{status} {reason}</h1><p>{mend}</p>
<hr><p>{server} &middot; request <code>{request_id}</code></p></body></html>
"""


class Answer(NamedTuple):
    """An answer of ours, ready to be sent by either lane."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def line(self) -> StatusLine:
        """The status line."""
        return _line_of(self.status)

    @property
    def closes(self) -> bool:
        """Whether the connection ends behind it."""
        return self.status in _CLOSING

    @property
    def fields(self) -> bytes:
        """Every header line but Connection, each with its end."""
        lines = (*self.headers, ("Content-Length", str(len(self.body))), ("Server", SERVER))
        encoded = [f"{name}: {value}".encode("latin-1") for name, value in lines]
        return join_lines(encoded) + date_line()

    def encode(self) -> bytes:
        """Return the whole response as bytes; the connection closes behind it."""
        start = start_of(self.line, (1, 1), keep_alive=False)
        return start + self.fields + b"\r\n" + self.body


@cache
def reason_of(status: int) -> str:
    """Return the reason phrase of a status."""
    return HTTPStatus(status).phrase


@cache
def _line_of(status: int) -> StatusLine:
    return StatusLine(status, reason_of(status).encode())


def error_page(status: int, *, accept: str, request_id: str) -> Answer:
    """Return the page for a status, as JSON for clients that like it better than HTML."""
    content_type, before, behind = _page(status, _JSON if _prefers_json.of(accept) else _HTML)
    body = f"{before}{request_id}{behind}".encode()
    return Answer(status, (("Content-Type", content_type), ("X-Request-ID", request_id)), body)


@cache
def _page(status: int, content_type: str) -> tuple[str, str, str]:
    """Return a page's type, and what stands before and behind the request's id."""
    reason, mend = reason_of(status), _MENDS.get(status, "")
    if content_type == _JSON:
        fields = {"status": status, "error": reason, "message": mend, "answeredBy": SERVER}
        text = msgspec.json.encode(fields | {"requestId": _ID}).decode() + "\n"
    else:
        text = _PAGE.format(status=status, reason=reason, mend=mend, server=SERVER, request_id=_ID)
    before, _, behind = text.partition(_ID)
    return content_type, before, behind


def redirection(redirect: Redirect, *, request_id: str) -> Answer:
    """Return the answer that sends a client elsewhere."""
    headers = (("Location", redirect.location), ("X-Request-ID", request_id))
    return Answer(redirect.status, headers, b"")


def _likes_json(accept: str) -> bool:
    """RFC 9110 §12.5.1, for the two types that we have; HTML where both are as welcome."""
    wishes = [_wish(member) for member in accept.lower().split(",")]
    json = max((q for kind, q in wishes if kind == "application/json"), default=0.0)
    html = max((q for kind, q in wishes if kind == "text/html"), default=0.0)
    return json > html


_prefers_json: Final = Memory(_likes_json, most=32)


def _wish(member: str) -> tuple[str, float]:
    kind, *parameters = (part.strip() for part in member.split(";"))
    weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
    try:
        return kind, float(weights[0]) if weights else 1.0
    except ValueError:
        return kind, 0.0
