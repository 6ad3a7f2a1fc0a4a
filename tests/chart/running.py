"""The controller that a release's Deployment describes, with its flags and its account's rights.

The control tier has addresses in place of pods, which this one process then plays: what the API
server sends to the webhook's Service arrives here.
"""

import sys

from chart.releasing import NAME, Release
from cluster.daemon import Daemon


class Controller(Daemon):
    """The command of a release's Deployment, outside of a container."""

    def __init__(self, release: Release, *more: str, server: str = "") -> None:
        found = release.get("deployment", f"{NAME}-controller")
        (container,) = found["spec"]["template"]["spec"]["containers"]
        inside = release.tier.inside
        token = release.kubectl("create", "token", NAME, f"--namespace={release.namespace}").strip()
        kubeconfig = inside.folder / f"kubeconfig-{release.namespace}"
        release.tier.write_kubeconfig(kubeconfig, server=server or release.tier.server, token=token)
        super().__init__(
            inside,
            f"controller-{release.namespace}",
            *(sys.executable, "-m", "ingress", *container["args"], *more),
            env={
                "INGRESS_KUBECONFIG": str(kubeconfig),
                "INGRESS_POD_NAME": "pod-1",
                "INGRESS_POD_NAMESPACE": release.namespace,
            },
        )

    def is_ready(self) -> bool:
        """Tell whether it serves a snapshot."""
        self.check()
        curl = ("curl", "--silent", "--max-time", "5", "http://127.0.0.1:9090/readyz")
        return self._inside.run(*curl, check=False).stdout.startswith("ok")
