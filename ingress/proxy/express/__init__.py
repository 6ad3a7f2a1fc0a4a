"""The express lane: requests that are served by callbacks alone, from the gate to a link and back.

No task, no future and no exception on the plain way; what is decided is decided by the same
admission, balancer and failures as in the full lane.
"""

from ingress.proxy.express.lane import ExpressLane

__all__ = ["ExpressLane"]
