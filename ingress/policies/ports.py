"""The ports that clients see: what ``Location`` and X-Forwarded-Port say."""

from typing import Final, NamedTuple

from ingress.model.messages import Peer

HTTPS_DEFAULT: Final = 443
_DEFAULTS: Final = {"http": 80, "https": HTTPS_DEFAULT}


class PublicPorts(NamedTuple):
    """``--public-http-port`` and ``--public-https-port``; ``None`` means the listener's own.

    ``https_listener`` is the port of the first https listener: where a redirect leads when the
    public port is not set, since the request came in by another listener.
    """

    http: int | None = None
    https: int | None = None
    https_listener: int = HTTPS_DEFAULT

    @property
    def redirect(self) -> int:
        """The port that a redirect to https names."""
        return self.https_listener if self.https is None else self.https

    def forwarded(self, scheme: str, peer: Peer) -> int:
        """Return the port that the client used, as far as can be known.

        A scheme that is not the listener's was told by a trusted proxy; its port then is the
        scheme's own unless the flag says otherwise.
        """
        public = self.https if scheme == "https" else self.http
        if public is not None:
            return public
        return peer.local_port if peer.tls == (scheme == "https") else _DEFAULTS[scheme]
