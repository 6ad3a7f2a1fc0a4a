"""Explanations of what is served right now, by a table of the control process's own."""

from ingress.control.publisher import Publisher
from ingress.explain import Asked, Explanation, Served, explain
from ingress.model.snapshot import Snapshot
from ingress.policies import PublicPorts
from ingress.routing import RoutingTable
from ingress.settings import ProxySettings


class Explainer:
    """Explains against the Snapshot that every worker acknowledged.

    Its table follows when it is asked, and shares what did not change; not for two threads at
    once.
    """

    def __init__(
        self, publisher: Publisher, *, settings: ProxySettings, ports: PublicPorts
    ) -> None:
        self._publisher = publisher
        self._settings = settings
        self._ports = ports
        self._snapshot = Snapshot()
        self._table = RoutingTable.build(self._snapshot)

    def explain(self, asked: Asked) -> Explanation:
        """Tell what would become of a request; without a Snapshot, nothing takes it."""
        snapshot = self._publisher.snapshot or Snapshot()
        if snapshot is not self._snapshot:
            self._table = RoutingTable.build(snapshot, self._table)
            self._snapshot = snapshot
        served = Served(snapshot, self._table, self._settings.trusted_proxies, self._ports)
        return explain(asked, served)
