"""Match: what the routing table found for a request, and the rule of precedence that found it."""

from enum import StrEnum
from typing import Final

from ingress.model.snapshot import Host, Route, ServerName


class DecidedBy(StrEnum):
    """The rules of precedence, a closed list in words for people.

    A table that serves stops at the first that finds something, and says of routes which kind
    of host took the request. The three that rank the routes of one host are named by
    ``explain``, where several of them match.
    """

    EXACT_HOST = "exact host"
    WILDCARD_HOST = "wildcard host"
    ANY_HOST = "rule without a host"

    LONGEST_PATH = "longest path"
    EXACT_PATH = "Exact before Prefix"
    OLDEST = "oldest Ingress"

    HOST_FALLBACK = "default backend of the host's oldest Ingress"
    FALLBACK = "default backend of the oldest Ingress without rules"
    DEFAULT_BACKEND = "--default-backend"
    NOTHING = "no match"


class Match:
    """What a request found; nothing of it changes.

    ``host`` are the rules that cover the request's host, ``server_name`` is the TLS host that
    does, so without one the host is not for https. ``route`` is ``None`` for a 404.
    """

    __slots__ = ("decided_by", "host", "route", "server_name")

    def __init__(  # noqa: PLR0917 - keywords would be a dictionary for each request
        self,
        route: Route | None,
        host: Host | None,
        server_name: ServerName | None,
        decided_by: DecidedBy,
    ) -> None:
        self.route: Final = route
        self.host: Final = host
        self.server_name: Final = server_name
        self.decided_by: Final = decided_by
