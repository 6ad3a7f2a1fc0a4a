"""What the steps of a feature act on: a namespace, a controller, the answers to one scenario."""

import itertools
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from cluster.controller import Controller
from cluster.controltier import ControlTier
from cluster.manifests import CLASS, deployment, ingress_class, secret, service
from cluster.standins import StandIns
from cluster.waiting import until

from ingress.issuer.authority import Authority, new_authority

PORT = 8097
ADDRESS = "192.0.2.1"
NUMBER = "X-Number"


class Answer(NamedTuple):
    """A response as curl shows it; ``problem`` is what curl says where there is none."""

    number: str
    status: int
    fields: dict[str, str]
    problem: str = ""


class World:
    """One feature's world; ``answers`` are those of the scenario that runs."""

    numbers = itertools.count()

    def __init__(self, tier: ControlTier, namespace: str, *, pods: StandIns, ports: int) -> None:
        self.tier = tier
        self.namespace = namespace
        self.pods = pods
        self.controller: Controller | None = None
        self.answers: list[Answer] = []
        self._ports = ports
        self._services: set[str] = set()
        self._authority = new_authority(now=time.time())
        self._trust = tier.inside.folder / f"{namespace}-ca.crt"
        self._trust.write_bytes(self._authority.certificate)
        tier.apply(ingress_class())

    def kubectl(self, *words: str) -> str:
        """Run kubectl in the namespace."""
        return self.tier.kubectl(*words, f"--namespace={self.namespace}")

    def ingress(self, written: dict[str, Any]) -> None:
        """Apply an Ingress, and before it whatever its backends are."""
        self.services(*_services(written))
        kind = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}
        there = {"metadata": {**written["metadata"], "namespace": self.namespace}}
        self.tier.apply({**kind, **written, **there})

    def services(self, *names: str, replicas: int = 1) -> None:
        """Bring about Services with pods, unless they are there, and wait for their endpoints."""
        new = set(names) - self._services
        if not new:
            return
        self._services |= new
        self.tier.apply(*[each for name in new for each in self._workload(name, replicas)])
        until(lambda: all(len(self.addresses(name)) == replicas for name in new), "endpoints")

    def _workload(self, name: str, replicas: int) -> tuple[dict[str, Any], dict[str, Any]]:
        before_it = service(name, namespace=self.namespace, target=PORT)
        before_it["spec"]["ports"][0]["name"] = "http"
        return deployment(name, namespace=self.namespace, replicas=replicas), before_it

    def addresses(self, name: str) -> set[str]:
        """Return the addresses of a Service's ready endpoints."""
        label = f"--selector=kubernetes.io/service-name={name}"
        slices = self.tier.get("endpointslices", label, f"--namespace={self.namespace}")
        endpoints = [each for it in slices["items"] for each in it["endpoints"] or ()]
        return {each["addresses"][0] for each in endpoints if each["conditions"]["ready"]}

    def certificate(self, host: str, *, name: str) -> None:
        """Create a Secret with a certificate for a host."""
        pair = Authority(self._authority, now=time.time()).issue([host])
        data = {"tls_crt": pair.certificate.decode(), "tls_key": pair.key.reveal().decode()}
        self.tier.apply(secret(name, namespace=self.namespace, type="kubernetes.io/tls", **data))

    def other_class(self, name: str, *, controller: str) -> None:
        """Create an IngressClass that is not ours."""
        written = ingress_class(name)
        written["spec"]["controller"] = controller
        self.tier.apply(written)

    def start(self) -> None:
        """Start the controller: it serves once it knows all that is there."""
        self.controller = Controller(
            self.tier,
            f"--watch-namespace={self.namespace}",
            f"--publish-status-address={ADDRESS}",
            f"--pod-namespace={self.namespace}",
            f"--ingress-class={CLASS}",
            ports=self._ports,
        )
        until(self.controller.is_ready, "ready")

    def shown(self, name: str) -> str:
        """Return the address that an Ingress shows."""
        path = "--output=jsonpath={.status.loadBalancer.ingress[*].ip}"
        return self.kubectl("get", "ingress", name, path)

    def ask(self, method: str, url: str, *, times: int = 1) -> None:
        """Send a request, or several on one connection; the host is ours whatever its name is."""
        assert self.controller is not None
        number = str(next(self.numbers))
        done = self.tier.inside.run(
            *("curl", "--silent", "--show-error", "--globoff", "--max-time", "10"),
            *("--request", method, "--header", f"{NUMBER}: {number}", "--dump-header", "-"),
            *("--output", "/dev/null", "--cacert", self._trust, *self._ways(url)),
            *[url, *("--output", "/dev/null", url) * (times - 1)],
            check=False,
        )
        self.answers = list(_answers(done.stdout, number)) or [Answer(number, 0, {}, done.stderr)]

    def _ways(self, url: str) -> tuple[str, str]:
        assert self.controller is not None
        secure = url.startswith("https:")
        return "--connect-to", f"::{self.controller.https if secure else self.controller.http}"

    def end(self) -> None:
        """Stop the controller."""
        if self.controller is not None:
            self.controller.stop()
            assert "Traceback" not in self.controller.log.read_text()


def _answers(printed: str, number: str) -> Iterator[Answer]:
    for head in printed.split("\n\n")[:-1]:
        status, *lines = head.splitlines()
        fields = dict(line.split(": ", 1) for line in lines)
        yield Answer(number, int(status.split(" ")[1]), fields)


def _services(written: Any) -> Iterator[str]:
    """Yield the names of the Services that something written leads to."""
    for key, value in written.items() if isinstance(written, dict) else enumerate(written):
        if key == "service":
            yield value["name"]
        elif isinstance(value, dict | list):
            yield from _services(value)
