"""(request head, match) -> what to do with a request, and what its headers become.

Pure: no I/O, no clock; randomness comes in as an argument. These run for every request, so they
look at each header once and build nothing that they do not hand out.
"""

from ingress.policies.affinity import pick_by_client
from ingress.policies.decide import Decision, GoOn, Redirect, Refusal, Refuse, decide
from ingress.policies.headers import (
    request_headers,
    response_headers,
    trailing_headers,
    upgrade_of,
)
from ingress.policies.identity import Identity, identify, new_request_id
from ingress.policies.ports import PublicPorts

__all__ = [
    "Decision",
    "GoOn",
    "Identity",
    "PublicPorts",
    "Redirect",
    "Refusal",
    "Refuse",
    "decide",
    "identify",
    "new_request_id",
    "pick_by_client",
    "request_headers",
    "response_headers",
    "trailing_headers",
    "upgrade_of",
]
