"""The request's body on its way up: held until there is a link, then passed on as it comes."""

import time
from contextlib import suppress
from typing import Final

from ingress.model.messages import Trailers
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.patience import Patience
from ingress.proxy.upstream import Framing, Link
from ingress.proxy.upstream.requests import RequestBody


class Upload:
    """Frames a body anew for a link.

    ``whole`` tells whether its last byte has come from the client, ``consumed`` how many of its
    bytes were sent on: those are gone, so nothing is repeated then. ``body`` frames it, and is
    ``complete`` when the link got all of the request. ``patience`` is for the client that sends it.
    """

    def __init__(self, framing: Framing, *, max_bytes: int, patience: Patience) -> None:
        self.consumed = 0
        self.patience = patience
        self.whole = not framing
        self._framing = framing
        self._max_bytes = max_bytes
        self._received = 0
        self._held: list[bytes] = []
        self._trailers: Trailers = []
        self._link: Link | None = None
        self.body = RequestBody(framing)

    def receive(self, data: bytes) -> None:
        """Take a piece from the client; raises Failure(BODY_TOO_LARGE)."""
        self._received += len(data)
        self.patience.feed(len(data))
        if self._max_bytes and self._received > self._max_bytes:
            raise Failure(FailureKind.BODY_TOO_LARGE, "while it arrived")
        if self._link is None:
            self._held.append(data)
        else:
            self._pass(self._link, data)

    def end(self, trailers: Trailers) -> None:
        """Take the end from the client."""
        self.whole = True
        self._trailers = trailers
        if self._link is not None:
            self._write(self._link, self.body.end(trailers))

    def begin(self, link: Link) -> None:
        """Send what has come so far, behind the head."""
        self._link = link
        self.body = RequestBody(self._framing)
        held, self._held = self._held, []
        for piece in held:
            self._pass(link, piece)
        if self.whole:
            self._write(link, self.body.end(self._trailers))

    def stop(self) -> None:
        """Send no more on this link."""
        self._link = None
        self.patience.rest()

    def _pass(self, link: Link, data: bytes) -> None:
        self.consumed += len(data)
        self._write(link, self.body.piece(data))

    def _write(self, link: Link, data: bytes) -> None:
        # A link that is gone tells its owner so, maybe with a response that came before the end.
        with suppress(Failure):
            if data:
                link.write(data)


NO_UPLOAD: Final = Upload(
    None, max_bytes=0, patience=Patience(0.0, least_rate=0, now=time.monotonic)
)
"""What requests without a body share; nothing of it ever changes."""
