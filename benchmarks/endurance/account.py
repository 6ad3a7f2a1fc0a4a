"""What an endurance run came to, in words and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.endurance.soak import Trend


@dataclass(frozen=True, kw_only=True)
class Endurance:
    """All that was counted.

    ``back`` is the seconds until each killed worker was replaced; ``held`` the connections that
    killed workers had, of which ``on_killed`` failed; ``failed`` is what else did.
    """

    machine: dict[str, str | int]
    seconds: float
    workers: int
    done: dict[str, int]
    slowest: float
    changes: int
    generations: int
    rolls: int
    kills: int
    back: list[float]
    held: int
    on_killed: int
    failed: list[dict[str, Any]]
    memory: dict[str, Trend]

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Endurance":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        memory = {name: Trend(**one) for name, one in fields.pop("memory").items()}
        return cls(**fields, memory=memory)

    def lines(self) -> Iterator[str]:
        """Yield the account in Markdown."""
        yield f"In {self.seconds / 60:.1f} minutes, with {self.workers} workers:\n"
        yield "| | |"
        yield "|---|--:|"
        for name, count in self._counts().items():
            yield f"| {name} | {count} |"
        yield ""
        yield from (f"- {failure}" for failure in self.failed[:20])
        yield "| memory (Pss), MiB | first third | last third | growth a minute | RSS |"
        yield "|---|--:|--:|--:|--:|"
        for name, it in self.memory.items():
            yield f"| {name} | {it.first:.1f} | {it.last:.1f} | {it.slope:+.3f} | {it.rss:.1f} |"

    def _counts(self) -> dict[str, str]:
        sockets, messages = self._done("WebSocket"), self._done("message")
        longest = f"; {max(self.back):.2f}" if self.back else ""
        return {
            "requests answered": f"{sum(self.done.values()) - sockets - messages:,}",
            "WebSockets opened, and closed in peace": f"{sockets:,}",
            "messages that came back on them": f"{messages:,}",
            "the slowest of all, ms": f"{self.slowest * 1e3:,.0f}",
            "changes of manifests; generations": f"{self.changes:,}; {self.generations:,}",
            "pods replaced": f"{self.rolls:,}",
            "workers killed; replaced within, s": f"{self.kills}{longest}",
            "connections that they held; that failed": f"{self.held}; {self.on_killed}",
            "**whatever else failed**": f"**{len(self.failed)}**",
        }

    def _done(self, kind: str) -> int:
        return sum(count for name, count in self.done.items() if name.endswith(kind))
