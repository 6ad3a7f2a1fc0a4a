"""etcd, API server, controllers and scheduler: the real ones, inside namespaces.

Both tiers have one. Ports and addresses are fixed, since the network is its own.
"""

import json
import secrets
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster.auditing import audit_flags
from cluster.daemon import Daemon
from cluster.door import Door
from cluster.namespaces import Namespaces
from cluster.waiting import until
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ETCD = "http://127.0.0.1:2379"
SERVICES = "10.96.0.0/16"
PODS = "10.244.0.0/16"

# By default a client sends 20 requests a second, which is no pace for thousands of pods.
_UNHURRIED = ("--kube-api-qps=1000", "--kube-api-burst=2000")


class ControlPlane:
    """A control plane that is starting, and after ``wait`` is ready; some of it can be stopped.

    ``address`` is where the API server listens; ``controllers`` are those to run.
    """

    def __init__(
        self, inside: Namespaces, programs: Path, *, address: str, controllers: Iterable[str] = "*"
    ) -> None:
        self.inside = inside
        self.server = f"https://{address}:6443"
        self.certificate = inside.folder / "certs" / "apiserver.crt"
        self.kubeconfig = inside.folder / "kubeconfig"
        self.programs = programs
        self._address = address
        self._token = secrets.token_hex(16)
        self._controllers = controllers
        self._write_files()
        self.etcd = self.daemon(
            "etcd",
            f"--data-dir={inside.folder / 'etcd'}",
            f"--listen-client-urls={ETCD}",
            f"--advertise-client-urls={ETCD}",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--unsafe-no-fsync",
        )
        self.api_server = self.daemon("kube-apiserver", *_api_server_flags(inside.folder, address))

    def daemon(self, program: str, *words: str | Path) -> Daemon:
        """Start a program of the cluster."""
        return Daemon(self.inside, program, self.programs / program, *words)

    def wait(self) -> None:
        """Wait until the API server is ready, and start those who need it."""
        self.wait_for_api_server()
        self.controller_manager = self.daemon(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig}",
            f"--service-account-private-key-file={self.inside.folder / 'service-accounts.key'}",
            f"--root-ca-file={self.certificate}",
            f"--controllers={','.join(self._controllers)}",
            "--use-service-account-credentials",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            *_UNHURRIED,
        )
        self.scheduler = self.daemon(
            "kube-scheduler",
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            *_UNHURRIED,
        )

    def stop_api_server(self) -> None:
        """End the API server at once: asked kindly, it waits a minute for its watchers."""
        self.api_server.stop(signal.SIGKILL)

    def start_api_server(self) -> None:
        """Start it again, and wait until it is ready."""
        self.api_server.start()
        self.wait_for_api_server()

    @contextmanager
    def second_api_server(self, *more: str) -> Iterator[str]:
        """Run another on the same etcd, at a port that nobody else knows; yield its URL."""
        server = self.server.replace("6443", "6444")
        flags = [*_api_server_flags(self.inside.folder, self._address, port=6444), *more]
        second = Daemon(self.inside, "second-api-server", self.programs / "kube-apiserver", *flags)
        until(lambda: self._is_ready(second, server), "second API server ready", within=60.0)
        yield server
        second.stop(signal.SIGKILL)

    def wait_for_api_server(self) -> None:
        """Wait until the API server answers that it is ready."""
        until(lambda: self._is_ready(self.api_server, self.server), "API server ready", within=60.0)

    def _is_ready(self, api_server: Daemon, url: str) -> bool:
        self.etcd.check()
        api_server.check()
        flags = ("--silent", "--max-time", "5", "--cacert", str(self.certificate))
        return self.inside.run("curl", *flags, f"{url}/readyz", check=False).stdout == "ok"

    def node_is_ready(self, name: str) -> bool:
        """Tell whether there is such a node, and it is Ready."""
        self.controller_manager.check()
        self.scheduler.check()
        (node,) = self.get("nodes", f"--field-selector=metadata.name={name}")["items"] or [{}]
        conditions = node.get("status", {}).get("conditions", [])
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    @property
    def environment(self) -> dict[str, str]:
        """What a client of the cluster needs to know, and a home where it may leave things."""
        return {"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.inside.folder)}

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """Run kubectl to its end; return what it printed, or raise with what it said."""
        return self.inside.run(
            self.programs / "kubectl", *words, env=self.environment, input=stdin
        ).stdout

    def get(self, *words: str) -> dict[str, Any]:
        """Return what `kubectl get` finds, decoded."""
        return dict(json.loads(self.kubectl("get", *words, "--output=json")))

    def apply(self, *objects: dict[str, Any], server: str = "") -> None:
        """Apply objects, by another API server if its URL is given."""
        self.kubectl(
            "apply",
            *([f"--server={server}"] if server else []),
            "-f",
            "-",
            stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}),
        )

    def open_door(self) -> Path:
        """Open a door to the API server; return the kubeconfig for clients in our own process."""
        host, port = Door(self.inside, self._address, 6443).address
        kubeconfig = self.inside.folder / f"kubeconfig-{port}"
        self.write_kubeconfig(kubeconfig, server=f"https://{host}:{port}", token=self._token)
        return kubeconfig

    def compact(self) -> None:
        """Make etcd forget every revision but the last.

        A watch from before then gets 410, unless the API server has the events in its own cache:
        stop it first, and start it again, where the cache should be empty too.
        """
        status = self._ask_etcd("maintenance/status", {})
        self._ask_etcd(
            "kv/compaction", {"revision": status["header"]["revision"], "physical": True}
        )

    def _ask_etcd(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        url, data = f"{ETCD}/v3/{path}", json.dumps(question)
        done = self.inside.run("curl", "--silent", "--show-error", "--fail", "--data", data, url)
        return dict(json.loads(done.stdout))

    def _write_files(self) -> None:
        folder = self.inside.folder
        (folder / "tokens.csv").write_text(f'{self._token},admin,1,"system:masters"\n')
        (folder / "service-accounts.key").write_bytes(
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        self.write_kubeconfig(self.kubeconfig, server=self.server, token=self._token)

    def write_kubeconfig(self, file: Path, *, server: str, token: str) -> None:
        """Write a kubeconfig for somebody who has this token."""
        cluster = {
            "server": server,
            "certificate-authority": str(self.certificate),
            # The certificate's name, by whatever way the server is reached.
            "tls-server-name": "kubernetes.default.svc",
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "user", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user"}}],
            "current-context": "test",
        }
        file.touch(mode=0o600)  # Helm warns of others
        file.write_text(json.dumps(config))


def _api_server_flags(folder: Path, address: str, *, port: int = 6443) -> list[str]:
    return [
        f"--etcd-servers={ETCD}",
        f"--secure-port={port}",
        "--bind-address=0.0.0.0",
        f"--advertise-address={address}",
        f"--cert-dir={folder / 'certs'}",  # it makes its own
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--service-account-key-file={folder / 'service-accounts.key'}",
        f"--service-account-signing-key-file={folder / 'service-accounts.key'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICES}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        # Webhooks are reached at their pods: where nothing plays kube-proxy, at nothing else.
        "--enable-aggregator-routing=true",
        "--kubelet-preferred-address-types=InternalIP",
        *audit_flags(folder, port=port),
    ]
