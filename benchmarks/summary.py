"""What our own load programs count, and the line that they say it in, as wrk's script does."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """Seconds that each request took, and how many went wrong."""

    times: list[float] = field(default_factory=list)
    failed: int = 0

    def add(self, seconds: float, *, well: bool) -> None:
        """Count one request."""
        self.times.append(seconds)
        self.failed += not well

    def merge(self, other: "Tally") -> None:
        """Count another tally's requests as well."""
        self.times += other.times
        self.failed += other.failed

    def summary(self, seconds: float) -> str:
        """Return the line, given how long the load took."""
        ordered = sorted(self.times) or [0.0]
        p50, p99 = (ordered[int(len(ordered) * share)] * 1e3 for share in (0.50, 0.99))
        return (
            f"requests={len(self.times)} seconds={seconds:f} failed={self.failed} "
            f"p50={p50:f} p99={p99:f}"
        )
