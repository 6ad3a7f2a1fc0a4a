"""Served: what a request meets."""

from collections.abc import Sequence
from typing import NamedTuple

from ingress.model.snapshot import Snapshot
from ingress.policies import PublicPorts
from ingress.routing import RoutingTable
from ingress.settings import Network


class Served(NamedTuple):
    """A Snapshot, its table, and what the proxy was told."""

    snapshot: Snapshot
    table: RoutingTable
    trusted_proxies: Sequence[Network] = ()
    ports: PublicPorts = PublicPorts()
