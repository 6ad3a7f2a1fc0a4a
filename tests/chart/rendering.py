"""Charts rendered by the real Helm, and what their objects look like."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "charts" / "aiohttp-ingress"
NAMESPACE = "ingress-system"
KUBERNETES = "1.37"

Manifest = dict[str, Any]


def helm(program: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Helm with values from standard input; it reads nothing else of this machine."""
    return subprocess.run(
        [program, *arguments],
        input=stdin,
        env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def template(program: Path, values: Manifest) -> subprocess.CompletedProcess[str]:
    """Render the chart as release ``test``; the same values are rendered once."""
    return _template(program, yaml.safe_dump(values))


@cache
def _template(program: Path, values: str) -> subprocess.CompletedProcess[str]:
    words = ("--namespace", NAMESPACE, "--kube-version", KUBERNETES, "--values", "-")
    return helm(program, "template", "test", str(CHART), *words, stdin=values)


def render(program: Path, values: Manifest) -> list[Manifest]:
    """Return the objects of the chart."""
    done = template(program, values)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """Return those of these kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def the(manifests: list[Manifest], kind: str, name: str = "") -> Manifest:
    """Return the one of this kind, and of this end of its name where there are several."""
    (found,) = (m for m in of_kind(manifests, kind) if m["metadata"]["name"].endswith(name))
    return found


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Return the specs of all pods, tests' included."""
    workloads = of_kind(manifests, "Deployment", "DaemonSet")
    specs = [workload["spec"]["template"]["spec"] for workload in workloads]
    return [*specs, *(pod["spec"] for pod in of_kind(manifests, "Pod"))]


def controller(manifests: list[Manifest]) -> Manifest:
    """Return the pod spec of the controller."""
    return pods(of_kind(manifests, "Deployment", "DaemonSet"))[0]


def flags(manifests: list[Manifest]) -> list[str]:
    """Return what the controller is started with."""
    (container,) = (it for it in controller(manifests)["containers"] if it["name"] == "controller")
    command, *given = container["args"]
    assert command == "run"
    return list(given)
