"""A shell in a node tier of one's own: `make cluster`.

    python -m cluster.shell [--image NAME=ARCHIVE]... [--run COMMAND]... [-f MANIFESTS]...
                            [--greeting FILE]

Images are published, commands run and manifests applied, in this order; then come the greeting and
the shell. `kubectl` and Helm know the cluster, the node's address and Services answer `curl`,
/etc/hosts is a copy that may be written to, and with the shell everything ends.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from cluster.machine import no_node_tier
from cluster.namespaces import environment
from cluster.nodetier import ADDRESS, NodeTier, node_tier

_WELCOME = f"""
This shell is on the node of a Kubernetes cluster, at {ADDRESS}. Try

  kubectl get nodes,pods,services,ingresses
  kubectl create deployment hello --image=http-go --replicas=2

The only images are {{images}}. There is no DNS, and no way out. Leave with Ctrl-D;
nothing stays behind.
"""


# A shell in a namespace of processes cannot name who had the terminal before, outside of it, and
# some (dash) leave with an error then. So it begins as one that has the terminal itself.
_IN_FRONT = """
import os, signal, sys
if os.isatty(0):
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def in_front(*words: str) -> tuple[str, ...]:
    """Return the words that run these as the one whom the terminal, if there is one, belongs to."""
    return (sys.executable, "-c", _IN_FRONT, *words)


class Furnisher:
    """Puts into a tier what the arguments name, and says so."""

    def __init__(self, tier: NodeTier) -> None:
        self._tier = tier
        path = f"{tier.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {
            "KUBECONFIG": str(tier.kubeconfig),
            "KUBECACHEDIR": str(tier.inside.folder / "kubectl"),
            "PATH": path,
        }
        self.images = ["http-go"]

    def publish(self, name: str, archive: Path) -> None:
        """Publish an image."""
        say(f"Publishing {archive} as {name} …")
        self._tier.publish(archive, name)
        self.images.append(name)

    def run(self, command: str) -> int:
        """Run a command of the shell inside, at our own terminal; return its exit code."""
        return self.enter("sh", "-c", command)

    def enter(self, *words: str) -> int:
        """Run words inside, at our own terminal; return the exit code."""
        inside = self._tier.inside.command(*words, env=self.environment)
        return subprocess.run(inside, env=environment(), check=False).returncode


def say(line: str) -> None:
    """Tell the person, who may be reading something else on stdout."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Bring the cluster up, furnish it, and run the shell; return the shell's exit code."""
    arguments = _arguments()
    if reason := no_node_tier():
        say(f"Not on this machine: {reason}.")
        return 1
    say("Starting etcd, the API server, controllers, containerd and the kubelet …")
    began = time.monotonic()
    with node_tier() as tier:
        say(f"The node is ready after {time.monotonic() - began:.1f} s.")
        furnisher = Furnisher(tier)
        for name, _, archive in (image.partition("=") for image in arguments.image):
            furnisher.publish(name, Path(archive))
        manifests = " ".join(f"-f '{path}'" for path in arguments.filename)
        for command in [*arguments.run, *([f"kubectl apply {manifests}"] if manifests else [])]:
            say(f"$ {command}")
            if code := furnisher.run(command):
                return code
        say(_WELCOME.format(images=" and ".join(furnisher.images)))
        if arguments.greeting:
            say(arguments.greeting.read_text())
        return furnisher.enter(*in_front(os.environ.get("SHELL", "/bin/sh")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--image", action="append", default=[], metavar="NAME=ARCHIVE")
    parser.add_argument("--run", action="append", default=[], metavar="COMMAND")
    parser.add_argument("-f", "--filename", action="append", default=[], metavar="MANIFESTS")
    parser.add_argument("--greeting", type=Path, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
