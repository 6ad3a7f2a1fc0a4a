"""What starts took, in words: of each program, and of one beside the other."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple


class Start(NamedTuple):
    """A start, in seconds since its begin: what was reached when; CPU seconds by then, MB at rest.

    ``listening`` is when clients may connect, ``read`` when the last list is in (nan where nothing
    tells), ``served`` when the last host is. ``machine_cpu`` is what all processes have used, the
    API server's among them: no start is over before that much is done. The rest is the control
    process's and the workers'; who has no workers is all control process.
    """

    listening: float
    read: float
    served: float
    control_cpu: float
    workers_cpu: float
    machine_cpu: float
    control_memory: float
    workers_memory: float

    @property
    def cpu(self) -> float:
        """What all processes have used."""
        return self.control_cpu + self.workers_cpu

    @property
    def memory(self) -> float:
        """What all processes keep."""
        return self.control_memory + self.workers_memory


_WHOLE: Final[dict[str, Callable[[Start], float]]] = {
    "start to the last host": lambda start: start.served,
    "CPU": lambda start: start.cpu,
    "memory": lambda start: start.memory,
}


def table(starts: Mapping[str, Sequence[Start]]) -> str:
    """Return the medians and the spread of each, and how many times the first's the others' are.

    Starts are compared that were neighbours.
    """
    (_, first), *others = starts.items()
    lines = [_described(name, each) for name, each in starts.items()]
    return "\n".join(lines + [_compared(name, each, first=first) for name, each in others])


def _described(name: str, starts: Sequence[Start]) -> str:
    it = Start(*(statistics.median(each) for each in zip(*starts, strict=True)))
    read = "" if math.isnan(it.read) else f", the cluster read after {it.read:.2f} s"
    served, cpu, size = (_spread([of(start) for start in starts]) for of in _WHOLE.values())
    return (
        f"{name}: start to the last host {served} s (listening after {it.listening:.2f} s{read}),"
        f" CPU {cpu} s (control process {it.control_cpu:.2f}, workers {it.workers_cpu:.2f};"
        f" all processes of the machine {it.machine_cpu:.2f}),"
        f" memory {size} MB ({it.control_memory:.0f} and {it.workers_memory:.0f})"
    )


def _compared(name: str, starts: Sequence[Start], *, first: Sequence[Start]) -> str:
    times = (
        f"{what} {_spread([of(a) / of(b) for a, b in zip(starts, first, strict=True)])}"
        for what, of in _WHOLE.items()
    )
    return f"{name}, times ours: {', '.join(times)}"


def _spread(figures: Sequence[float]) -> str:
    """Return the median, the least and the most, of three digits."""
    middle, least, most = (
        f"{each:.{0 if each >= 10 else 2}f}"
        for each in (statistics.median(figures), min(figures), max(figures))
    )
    return f"{middle} ({least} to {most})"
