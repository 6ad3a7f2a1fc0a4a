"""The nearest hosts or paths, for a request that found nothing: most 404s are a slip of the pen."""

from collections.abc import Iterable
from difflib import get_close_matches

from ingress.model.snapshot import ANY_HOST, Host, Snapshot

MOST = 3
_ALIKE = 0.7


def nearest_hosts(snapshot: Snapshot, host: str) -> tuple[str, ...]:
    """Return up to three patterns that the user may have meant, nearest first.

    A parent or a child comes before a host that is only spelt alike: ``gasbugs.com`` is what
    ``www.gasbugs.com`` most likely stands for.
    """
    patterns = [pattern for pattern in snapshot.hosts if pattern != ANY_HOST]
    related = [pattern for pattern in patterns if _related(pattern.removeprefix("*."), host)]
    related.sort(key=lambda pattern: (abs(len(pattern) - len(host)), pattern))
    alike = get_close_matches(host, sorted(patterns), n=MOST, cutoff=_ALIKE)
    return _up_to_most((*related, *alike))


def nearest_paths(host: Host, path: str) -> tuple[str, ...]:
    """Return up to three of a host's paths as they are written, nearest first."""
    written = dict.fromkeys(route.written_path for route in host.routes)
    return _up_to_most(get_close_matches(path, list(written), n=MOST, cutoff=0.0))


def _related(name: str, host: str) -> bool:
    return name == host or name.endswith(f".{host}") or host.endswith(f".{name}")


def _up_to_most(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:MOST]
