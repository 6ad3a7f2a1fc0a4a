"""One build: what it goes from and to, and what its stages find on the way."""

from collections.abc import Mapping
from typing import NamedTuple

from ingress.compiler.ahead import Ahead
from ingress.compiler.ledger import Findings
from ingress.model.inventory import Inventory
from ingress.model.snapshot import Certificate
from ingress.settings import CompilerOptions


class Step(NamedTuple):
    """The way from one Inventory to the next.

    ``now`` is in seconds since the epoch, ``shown`` are the certificates of the Snapshot
    before. Stages put their verdicts into ``findings``, for each group that they look at. What
    was read ``ahead`` need not be read again.
    """

    before: Inventory
    after: Inventory
    options: CompilerOptions
    now: float
    shown: Mapping[str, Certificate]
    findings: Findings
    ahead: Ahead
