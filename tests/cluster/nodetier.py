"""The node tier: the real control plane, and one real node with real pods.

kubelet, containerd and runc run the pods, kube-proxy the Services: their addresses and node ports
answer, from the node and from pods. There is no DNS, and no image but those that are published.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster.controlplane import PODS, SERVICES, ControlPlane
from cluster.daemon import Daemon
from cluster.images import pod_image
from cluster.machine import cgroups, cni
from cluster.namespaces import Namespaces, namespaces
from cluster.registry import publish
from cluster.waiting import until

from scripts.kubernetes import find

ADDRESS = "172.30.0.1"
BESIDE = ("ip", "netns", "exec", "beside")
"""What runs a command on a machine beside the node, see ``node.sh``."""
NODE = "node-1"
REGISTRY = 5000
SOCKET = "/run/containerd/containerd.sock"
_TESTS = Path(__file__).parents[1]
_CRI = "plugins.'io.containerd.grpc.v1.cri'"


class NodeTier(ControlPlane):
    """A node tier that is there."""

    def __init__(self, inside: Namespaces, programs: Path) -> None:
        super().__init__(inside, programs, address=ADDRESS)
        self._registry = inside.folder / "registry"
        self._registry.mkdir()
        self.publish(pod_image("pause"), "pause")
        self.publish(pod_image("http-go"), "http-go")
        self._start_containerd()
        self.wait()
        self._start_node()
        until(self._node_is_ready, "node Ready", within=60.0)

    def publish(self, archive: Path, name: str) -> None:
        """Make the image of an OCI archive available to pods, under the last part of its name."""
        publish(archive, name, registry=self._registry)

    def missed(self) -> int:
        """Return how many connections to ports of the node have found no rule of kube-proxy's."""
        words = ("nft", "--json", "list", "counter", "inet", "beside-kube-proxy", "missed")
        _, found = json.loads(self.inside.run(*words).stdout)["nftables"]
        return int(found["counter"]["packets"])

    def _start_containerd(self) -> None:
        folder = self.inside.folder
        words = ("-m", "cluster.registry", self._registry, str(REGISTRY))
        env = {"PYTHONPATH": str(_TESTS)}
        self.registry = Daemon(self.inside, "registry", sys.executable, *words, env=env)
        _write(folder / "registries" / "_default" / "hosts.toml", _mirror())
        _write(folder / "cni" / "ptp.conflist", json.dumps(_pod_network()))
        _write(folder / "containerd.toml", _containerd(folder))
        # It looks for its shim in PATH.
        env = {"PATH": f"{self.programs}:/usr/sbin:/usr/bin:/sbin:/bin"}
        command = (self.programs / "containerd", f"--config={folder / 'containerd.toml'}")
        self.containerd = Daemon(self.inside, "containerd", *command, env=env)

    def _start_node(self) -> None:
        folder = self.inside.folder
        until(self._containerd_listens, "containerd")
        _write(folder / "kubelet.yaml", json.dumps(_kubelet(folder.name)))
        _write(folder / "kube-proxy.yaml", json.dumps(_kube_proxy(self.kubeconfig)))
        self.kubelet = self.daemon(
            "kubelet",
            f"--config={folder / 'kubelet.yaml'}",
            f"--kubeconfig={self.kubeconfig}",
            f"--node-ip={ADDRESS}",
            f"--hostname-override={NODE}",
        )
        self.kube_proxy = self.daemon("kube-proxy", f"--config={folder / 'kube-proxy.yaml'}")

    def _containerd_listens(self) -> bool:
        self.containerd.check()
        return self.inside.run("test", "-S", SOCKET, check=False).returncode == 0

    def _node_is_ready(self) -> bool:
        for daemon in (self.kubelet, self.kube_proxy, self.containerd):
            daemon.check()
        return self.node_is_ready(NODE)


@contextmanager
def node_tier() -> Iterator[NodeTier]:
    """Bring a node tier up, and take it down without a trace."""
    programs = find("control", "node")
    if programs is None:
        raise FileNotFoundError(f"first run: {sys.executable} -m scripts.kubernetes control node")
    with namespaces("cgroup", "uts", "ipc") as inside:
        group = inside.folder.name
        (inside.folder / "cgroups").write_text("".join(f"{each / group}\n" for each in cgroups()))
        setup = Path(__file__).with_name("node.sh")
        inside.run("sh", setup, inside.folder, group, ADDRESS, SERVICES)
        yield NodeTier(inside, programs)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _mirror() -> str:
    """Send whoever asks any registry to ours."""
    return f"""\
[host."http://127.0.0.1:{REGISTRY}"]
capabilities = ["pull", "resolve"]
"""


def _pod_network() -> dict[str, Any]:
    # Routed and not bridged: what a Service answers then always passes the node's rules.
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": "10.244.0.0/24"}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugin = {"type": "ptp", "ipMasq": False, "ipam": addresses}
    return {"cniVersion": "1.0.0", "name": "ptp", "plugins": [plugin]}


def _containerd(folder: Path) -> str:
    return f"""\
version = 2
root = '/var/lib/containerd'
state = '/run/containerd'
[{_CRI}]
sandbox_image = 'localhost/pause:1'
restrict_oom_score_adj = true  # a container may lack CAP_SYS_RESOURCE, and so may we
disable_apparmor = true
enable_unprivileged_ports = true
enable_unprivileged_icmp = true
[{_CRI}.registry]
config_path = '{folder}/registries'
[{_CRI}.cni]
bin_dir = '{cni()}'
conf_dir = '{folder}/cni'
[{_CRI}.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[{_CRI}.containerd.runtimes.runc.options]
BinaryName = '{shutil.which("runc")}'
SystemdCgroup = false
"""


def _kubelet(group: str) -> dict[str, Any]:
    # Shares of the machine's disk, which may well be full for other reasons.
    shares = ("nodefs.available", "imagefs.available", "nodefs.inodesFree", "imagefs.inodesFree")
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{group}",
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "address": ADDRESS,  # the API server comes here for logs and exec
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "oomScoreAdj": 0,  # less needs CAP_SYS_RESOURCE
        "maxOpenFiles": 20000,
        "resolvConf": "",
        "evictionHard": {"memory.available": "100Mi", **dict.fromkeys(shares, "1%")},
    }


def _kube_proxy(kubeconfig: Path) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "mode": "nftables",
        "clusterCIDR": PODS,
        "hostnameOverride": NODE,
        # Zero leaves the machine's connection tracking as it is.
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
    }
