"""Plain HTTP to a TLS host is redirected to https, also while its certificate is broken."""

from ingress.model.match import DecidedBy, Match
from ingress.model.messages import RequestHead
from ingress.policies.identity import Identity
from ingress.policies.ports import HTTPS_DEFAULT


def wants_https(match: Match, identity: Identity) -> bool:
    """Tell whether a request may only be answered over https.

    The route's own ``ssl-redirect`` counts; for a request that no Ingress with this host takes,
    the TLS host's.
    """
    if identity.scheme == "https" or match.server_name is None:
        return False
    if match.route is None or match.decided_by is DecidedBy.DEFAULT_BACKEND:
        return match.server_name.ssl_redirect
    return match.route.policies.ssl_redirect.enabled


def https_location(head: RequestHead, port: int) -> str:
    """Return the same URL over https; ``port`` is left out where it is 443.

    Host and path are the validated, normal ones, so that nothing of the request can lead
    elsewhere: the path always follows an authority.
    """
    authority = head.host if port == HTTPS_DEFAULT else f"{head.host}:{port}"
    return f"https://{authority}{head.target}"
