"""Kubeconfigs for tests, and an exec plugin that counts how often it was run."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingress.sources.cluster.credentials import Where

_PLUGIN = """\
import json, pathlib, sys
count = pathlib.Path(sys.argv[1])
runs = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(runs))
kind = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
print(json.dumps({**kind, "status": {"token": f"token-{runs}"}}))
"""


def kubeconfig(
    folder: Path, user: Mapping[str, Any], *, server: str = "http://127.0.0.1:1"
) -> Where:
    """Write a kubeconfig with two contexts and return where it is."""
    contexts = {
        "this": {"cluster": "this", "user": "me", "namespace": "shop"},
        "other": {"cluster": "other", "user": "nobody"},
    }
    servers = {"this": server, "other": "https://other.test"}
    written = {
        "kind": "Config",
        "current-context": "this",
        "contexts": [{"name": name, "context": context} for name, context in contexts.items()],
        "clusters": [{"name": name, "cluster": {"server": url}} for name, url in servers.items()],
        "users": [{"name": "me", "user": user}, {"name": "nobody", "user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(written))
    return Where(str(path))


def plugin(folder: Path) -> Mapping[str, Any]:
    """Return the ``exec`` of a user whose token is ``token-1`` at first, then ``token-2`` …"""
    script = folder / "plugin.py"
    script.write_text(_PLUGIN)
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": [str(script), str(folder / "runs")],
    }
