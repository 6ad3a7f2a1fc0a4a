import os
import subprocess
import sys
from pathlib import Path

from cluster.machine import cgroups, no_control_tier, no_node_tier

from scripts.tree import ROOT


def stages(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cluster.machine"],
        env={**os.environ, "PYTHONPATH": "tests:.", **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_a_machine_without_the_commands():
    done = stages(PATH="/nowhere")
    assert done.stdout == ""
    assert done.stderr == (
        "Left out: the control tier needs unshare, nsenter, ip, curl\n" * 2  # the node has one too
    )


def test_this_machine_says_what_its_tests_will_do():
    done = stages()
    assert ("control" in done.stdout.split()) == (no_control_tier() is None)
    if no_node_tier() is None:
        assert "node" in done.stdout.split()
    assert len((done.stdout + done.stderr).splitlines()) == 2


def test_each_hierarchy_has_our_group():
    found = cgroups()
    assert len(found) == len(Path("/proc/self/cgroup").read_text().splitlines())
    assert all(group.is_relative_to("/sys/fs/cgroup") for group in found)
