"""A replica of the controller: the real `ingress run`, inside the network of a tier."""

import sys

from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon

LISTENERS = ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--admin", "127.0.0.1:0")


class Replica(Daemon):
    """One that serves a class of its own, and writes as its flags say."""

    def __init__(self, plane: ControlPlane, name: str, *flags: str) -> None:
        super().__init__(
            plane.inside,
            f"replica-{name}",
            *(sys.executable, "-m", "ingress", "run", f"--kubeconfig={plane.kubeconfig}"),
            *(*LISTENERS, "--access-log=off", f"--pod-name={name}", *flags),
        )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._running().poll() is None

    def said(self) -> str:
        """Return its log."""
        return self.log.read_text()
