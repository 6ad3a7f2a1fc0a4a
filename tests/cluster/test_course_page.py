"""The course page, row by row: real pods, and the controller that real Helm installed.

What is typed and what is answered is printed (`pytest -rP`).
"""

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from chart.releasing import NAME, Release
from cluster.daemon import Daemon
from cluster.nodetier import ADDRESS, NodeTier
from cluster.waiting import until

from scripts import kubernetes
from scripts.tree import ROOT

HTTP, HTTPS = 30080, 30443
EXAMPLES = (
    *("01-round-robin", "02-session-affinity", "03-two-ports", "04-external-endpoints/as-written"),
    *("06-two-hosts", "08-tls"),
)
SERVICES = (
    *(("http-go-np", 80), ("sticky", 80), ("two-ports", 80), ("two-ports", 443)),
    *(("external-service", 80), ("dict", 80)),
)
OUTSIDE = ("11.11.11.11", "22.22.22.22")


class Page:
    """A terminal on the node, in the namespace that the page uses; what happens is printed."""

    def __init__(self, tier: NodeTier) -> None:
        self._tier = tier
        path = f"{tier.programs}:/usr/local/bin:/usr/sbin:/usr/bin:/bin"
        self._env = {**tier.environment, "PATH": path}

    def types(self, command: str, *, check: bool = True) -> str:
        """Run one line as a person would, and return what it printed."""
        done = self._tier.inside.run(
            "sh", "-c", command, env=self._env, cwd=ROOT, check=check, timeout=90.0
        )
        print(f"$ {command}\n{done.stdout}{done.stderr}", end="")
        return done.stdout

    def reaches(self, service: str, port: int) -> bool:
        """Tell whether kube-proxy has written its rules for a Service yet."""
        curl = ("curl", "--silent", "--max-time", "5", f"{self.address_of(service)}:{port}")
        return self._tier.inside.run(*curl, check=False).returncode == 0

    def address_of(self, service: str, *words: str) -> str:
        """Return a Service's ClusterIP."""
        return str(self._tier.get("service", service, *words)["spec"]["clusterIP"])


def pods(answers: str) -> list[str]:
    """Return the pods that said welcome, each as often as it did."""
    return re.findall(r"^Welcome! (\S+)$", answers, re.MULTILINE)


@pytest.fixture
def release(image_tier, node_namespace):
    programs = kubernetes.find("charts")
    assert programs
    made = Release(image_tier, programs / "helm3", node_namespace)
    yield made
    made.helm("uninstall", "--wait", "--timeout=60s")


@pytest.fixture
def outside(node_tier) -> Iterator[None]:
    """Play the two servers outside of the cluster, at the page's own addresses."""
    inside = node_tier.inside
    servers = []
    for address in OUTSIDE:
        inside.run("ip", "address", "add", f"{address}/32", "dev", "lo")
        folder = inside.folder / f"outside-{address}"
        folder.mkdir()
        (folder / "index.html").write_text(f"Welcome! {address}\n")
        where = ("80", f"--bind={address}", f"--directory={folder}")
        servers.append(Daemon(inside, folder.name, sys.executable, "-m", "http.server", *where))
    yield
    for server, address in zip(servers, OUTSIDE, strict=True):
        server.stop()
        inside.run("ip", "address", "delete", f"{address}/32", "dev", "lo")


@pytest.fixture
def secret(tmp_path) -> str:
    """Return the folder of the HTTPS example's Secret, and of the CA that signed it."""
    certs = (sys.executable, "-m", "ingress", "certs")
    folder = f"--dir={tmp_path}"
    subprocess.run([*certs, "ca", folder], check=True, capture_output=True)
    words = ("issue", "www.gasbugs.com", "--secret=default/www-gasbugs-com", folder)
    made = subprocess.run([*certs, *words], check=True, capture_output=True, text=True)
    file = tmp_path / "secret.yaml"
    file.write_text(made.stdout)
    return str(tmp_path)


@pytest.fixture
def page(release, secret) -> Iterator[Page]:
    """Install the chart, time it, and apply the examples."""
    began = time.monotonic()
    release.put(
        "install",
        ingressClassResource={"name": "aiohttp", "default": True},
        service={
            "type": "NodePort",
            "nodePorts": {"http": HTTP, "https": HTTPS},
            "externalIPs": [ADDRESS],
        },
    )
    there = Page(release.tier)
    url = f"http://{ADDRESS}:{HTTP}/"
    until(lambda: "404" in there.types(f"curl -s {url}", check=False), "an answer")
    print(f"helm install to the first answered request: {time.monotonic() - began:.1f} s")
    files = " ".join(f"-f examples/{each}" for each in EXAMPLES)
    there.types(f"kubectl apply {files} -f {secret}/secret.yaml")
    there.types("kubectl rollout status deployment --timeout=60s")
    for service, port in SERVICES:
        until(lambda s=service, p=port: there.reaches(s, p), f"{service}:{port} answers")
    there.types(f"echo {ADDRESS} gasbugs.com dict.gasbugs.com www.gasbugs.com >>/etc/hosts")
    yield there
    there.types(f"kubectl delete --ignore-not-found {files} -f {secret}/secret.yaml")


@pytest.mark.timeout(170)
@pytest.mark.usefixtures("outside")
def test_the_course_page(page, release, secret):
    words = (f"deploy/{NAME}-controller", f"--namespace={release.namespace}", "--", "ingress")
    assert release.kubectl("exec", *words, "--version").endswith("(compiled)\n")
    services(page)
    balancing(page)
    ingresses(page, release)
    https(page, secret)


def services(page: Page) -> None:
    """What Services do by themselves: NodePort, ClusterIP from a pod, affinity, ports, external."""
    assert pods(page.types(f"curl -s http://{ADDRESS}:30001"))[0].startswith("http-go-")
    inside = f"kubectl exec deploy/dict -- curl -s http://{page.address_of('http-go-np')}"
    assert pods(page.types(inside))[0].startswith("http-go-")
    ask_six = "for i in 1 2 3 4 5 6; do curl -s http://{}; done"
    sticky = pods(page.types(ask_six.format(page.address_of("sticky"))))
    assert (len(sticky), len(set(sticky))) == (6, 1)
    ports = "curl -s http://{0}:80 http://{0}:443"
    assert len(pods(page.types(ports.format(page.address_of("two-ports"))))) == 2
    external = f"kubectl exec deploy/dict -- curl -s http://{page.address_of('external-service')}"
    assert pods(page.types(external))[0] in OUTSIDE


def balancing(page: Page) -> None:
    """The same through an Ingress: in turn, always to one pod, by port, to servers outside."""
    ask_six = f"curl -s -H 'Host: {{}}.gasbugs.com' 'http://{ADDRESS}:{HTTP}{{}}/?[1-6]'"
    in_turn = pods(page.types(ask_six.format("round-robin", "")))
    assert sorted(Counter(in_turn).values()) == [2, 2, 2]
    sticky = pods(page.types(ask_six.format("sticky", "")))
    assert (len(sticky), len(set(sticky))) == (6, 1)
    for path in ("/http/by-name", "/https/by-number"):
        by_port = pods(page.types(ask_six.format("two-ports", path)))
        assert sorted(Counter(by_port).values()) == [3, 3]
    assert set(pods(page.types(ask_six.format("external", "")))) == set(OUTSIDE)


def ingresses(page: Page, release: Release) -> None:
    """Ingress by host, from without and from within; two hosts; 404; and the ADDRESS."""
    own = page.address_of("edge-aiohttp-ingress-controller", f"--namespace={release.namespace}")
    until(lambda: page.types("kubectl get ingress").count(f" {ADDRESS} ") == 6, "ADDRESS of each")
    for host, pod in {"gasbugs.com": "http-go-", "dict.gasbugs.com": "dict-"}.items():
        by_hosts_line = page.types(f"curl -s http://{host}")
        by_node_port = page.types(f"curl -s -H 'Host: {host}' http://{ADDRESS}:{HTTP}")
        asks = f"curl -s -H 'Host: {host}' http://{own}"
        by_cluster_ip = page.types(f"kubectl exec deploy/www -- {asks}")
        for answer in (by_hosts_line, by_node_port, by_cluster_ip):
            assert pods(answer)[0].startswith(pod)
    status = "curl -s -o /dev/null -w '%{http_code}\\n'"
    nobody = f"{status} -H 'Host: nobody.gasbugs.com' http://{ADDRESS}:{HTTP}"
    assert page.types(nobody) == "404\n"


def https(page: Page, folder: str) -> None:
    """HTTPS with the certificate of the Secret, and the way to it from plain HTTP."""
    said = page.types(f"curl -s --cacert {folder}/ca.crt https://www.gasbugs.com")
    assert pods(said)[0].startswith("www-")
    redirect = "curl -s -o /dev/null -w '%{http_code} %{redirect_url}\\n' http://www.gasbugs.com/a"
    assert page.types(redirect) == "308 https://www.gasbugs.com/a\n"
