"""`make cluster`, with a script in place of the person."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cluster.images import pod_image
from cluster.machine import no_control_tier, no_node_tier
from cluster.namespaces import namespaces
from cluster.shell import in_front

from scripts.tree import ROOT

EXAMPLE = ROOT / "examples" / "01-round-robin"


@pytest.mark.node_tier
@pytest.mark.skipif(no_node_tier() is not None, reason=str(no_node_tier()))
def test_a_person_finds_what_was_asked_for():
    script = """
    kubectl rollout status deployment/http-go --timeout=60s
    kubectl get ingress round-robin --output=name
    kubectl run other --image=other && kubectl wait --for=condition=Ready pod/other --timeout=60s
    echo 172.30.0.1 gasbugs.example >>/etc/hosts && getent hosts gasbugs.example
    exit 7
    """
    words = ("--image", f"other={pod_image('http-go')}", "--run", "kubectl create namespace early")
    done = subprocess.run(
        [sys.executable, "-m", "cluster.shell", *words, "-f", str(EXAMPLE)],
        input=script,
        env={**os.environ, "PYTHONPATH": "tests:.", "SHELL": "/bin/sh"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 7, printed
    assert "namespace/early created" in printed
    assert 'deployment "http-go" successfully rolled out' in printed
    assert "ingress.networking.k8s.io/round-robin" in printed
    assert "pod/other condition met" in printed
    assert "172.30.0.1      gasbugs.example" in printed
    assert "gasbugs.example" not in Path("/etc/hosts").read_text()


@pytest.mark.control_tier
@pytest.mark.skipif(no_control_tier() is not None, reason=str(no_control_tier()))
def test_the_shell_leaves_its_terminal_as_it_found_it():
    with namespaces() as inside:
        terminal, ours = pty.openpty()
        command = inside.command(*in_front("/bin/sh", "-i"))
        with subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command], stdin=ours, stdout=ours, stderr=ours
        ) as shell:
            os.close(ours)
            os.write(terminal, b"false | cat; exit 7\n")
            assert shell.wait(timeout=30) == 7
        os.close(terminal)
