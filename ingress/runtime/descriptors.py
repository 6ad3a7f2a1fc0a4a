"""How many descriptors a process may have: a proxy needs two for each request at once."""

import contextlib
import resource


def raise_descriptor_limit() -> None:
    """Allow this process as many as it may allow itself; shells are modest for programs' sake."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS knows a hard limit that it refuses
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
