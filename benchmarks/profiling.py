"""Where our time goes under load: py-spy's samples, added up by package and by function."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import tools

TOP = 40
# The frame below which everything is that the event loop calls.
_LOOP = "Runner.run (asyncio/runners.py)"
_LINE = re.compile(r":\d+\)$")
_PLACE = re.compile(r"\((?P<path>[^()]*)\)$")


def record(pid: int, *, seconds: float, file: Path) -> subprocess.Popen[bytes]:
    """Start to sample a process; folded stacks of Python functions go to the file."""
    return subprocess.Popen(
        [
            *(tools.find("py-spy"), "record", "--pid", str(pid), "--format", "raw"),
            *("--duration", f"{seconds:g}", "--rate", "500", "--function"),
            *("--output", file),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def summary(folded: str) -> Iterator[str]:
    """Yield packages and functions by the time of their own; other threads are left out.

    C code has no frame: its time is its caller's, and what uvloop does between callbacks is that
    of asyncio's ``Runner.run``.
    """
    packages: Counter[str] = Counter()
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for frames, count in _stacks(folded):
        packages[_package(frames[-1])] += count
        own[frames[-1]] += count
        whole.update(dict.fromkeys(frames, count))
    total = max(own.total(), 1)
    yield f"{own.total()} samples\n\n own  package"
    for package, samples in packages.most_common():
        yield f"{samples / total:4.0%}  {package}"
    yield "\n own  with callees  function"
    for frame, samples in own.most_common(TOP):
        yield f"{samples / total:4.0%}  {whole[frame] / total:12.0%}  {frame}"


def _stacks(folded: str) -> Iterator[tuple[list[str], int]]:
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_LINE.sub(")", frame) for frame in stack.split(";")]
        if _LOOP in frames:
            yield frames[frames.index(_LOOP) :], int(count)


def _package(frame: str) -> str:
    """Return the package that a frame's file belongs to; for ours, the room."""
    place = _PLACE.search(frame)
    parts = place["path"].split("/") if place else [frame]
    if parts[0] == "ingress":
        return ".".join(parts[:-1][:3])
    return "event loop and its C code" if frame == _LOOP else parts[0]
