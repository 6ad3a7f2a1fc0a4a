"""Pure: an Inventory in, a Snapshot and verdicts out.

Nothing here does I/O or reads a clock, and nothing that a user wrote makes it raise: a mistake
is a verdict. Work follows the change: each stage keeps what it made per object, finds what
changed by identity and makes only that again (DESIGN, invariant 10). ``build`` has the order.
"""

from ingress.compiler.ahead import Ahead
from ingress.compiler.build import Build, build_snapshot

__all__ = ["Ahead", "Build", "build_snapshot"]
