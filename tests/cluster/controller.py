"""The controller, run inside the test's cluster by the real command."""

import sys
from pathlib import Path

from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon
from cluster.waiting import until

INGRESS = Path(sys.executable).with_name("ingress")


class Controller(Daemon):
    """``ingress run``, with an HTTP, an HTTPS and an admin port of its own."""

    def __init__(self, plane: ControlPlane, *flags: str | Path, ports: int) -> None:
        self.http, self.https, self.admin = (f"127.0.0.1:{ports + n}" for n in range(3))
        listeners = ("--http", self.http, "--https", self.https, "--admin", self.admin)
        super().__init__(
            plane.inside,
            f"controller-{ports}",
            *(INGRESS, "run", *listeners, *flags),
            env=plane.environment,
        )
        self._plane = plane

    def is_ready(self) -> bool:
        """Tell whether it serves a snapshot."""
        self.check()
        return self.curl(f"http://{self.admin}/readyz").startswith("ok")

    def get(self, host: str, path: str = "/", *flags: str) -> str:
        """Return what a request for a host is answered, over HTTP, after its status."""
        return self.curl(f"http://{self.http}{path}", "--header", f"Host: {host}", *flags)

    def curl(self, url: str, *flags: str) -> str:
        """Return an answer's body and, on a line of its own, its status (000: none)."""
        command = ("curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}", *flags)
        return self._plane.inside.run(*command, url, check=False).stdout

    def status(self, host: str, path: str = "/") -> str:
        """Return the status alone."""
        return self.get(host, path).rpartition("\n")[2]

    def until_status(self, host: str, status: str, path: str = "/") -> None:
        """Wait until a request for a host is answered so."""
        until(lambda: self.status(host, path) == status, f"{status} for {host}")
