"""(request head, match) -> what to do with a request, and what its headers become.

Pure: no I/O, no clock. These run for every request, so they look at each header once and build
nothing that they do not hand out.
"""

from ingress.policies.affinity import pick_by_client
from ingress.policies.decide import GO_ON, Decision, GoOn, Redirect, Refusal, Refuse, decide
from ingress.policies.headers import (
    RESPONSE_DROPPED,
    dropped_from,
    request_fields,
    response_fields,
    trailing_headers,
    upgrade_of,
    without_named,
)
from ingress.policies.identity import Identity, identify, is_trusted, request_id_of
from ingress.policies.ports import PublicPorts

__all__ = [
    "GO_ON",
    "RESPONSE_DROPPED",
    "Decision",
    "GoOn",
    "Identity",
    "PublicPorts",
    "Redirect",
    "Refusal",
    "Refuse",
    "decide",
    "dropped_from",
    "identify",
    "is_trusted",
    "pick_by_client",
    "request_fields",
    "request_id_of",
    "response_fields",
    "trailing_headers",
    "upgrade_of",
    "without_named",
]
