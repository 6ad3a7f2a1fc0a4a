"""Snapshot -> RoutingTable -> Match. Pure: no I/O, no clock.

A request's host finds one Host, and its path one Route in there. ``RoutingTable.match`` is the
only thing that matches: both lanes call it, and so does whoever explains a match.
"""

from ingress.routing.nearest import nearest_hosts, nearest_paths
from ingress.routing.rivals import Loss, Rival, decisive_rule, rivals
from ingress.routing.table import PickedBy, RoutingTable

__all__ = [
    "Loss",
    "PickedBy",
    "Rival",
    "RoutingTable",
    "decisive_rule",
    "nearest_hosts",
    "nearest_paths",
    "rivals",
]
