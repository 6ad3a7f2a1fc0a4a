"""Inventory -> Build: the stages in their order.

Each stage is a frozen value that holds what it made per object; ``after`` returns the next one,
with only that made anew which a change touches. Identity tells what changed, so a stage that
nothing touches costs nothing, and equal parts of two Snapshots are the same objects.
"""

from collections.abc import Mapping

from msgspec import Struct

from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import Claims
from ingress.compiler.ingresses import Ingresses
from ingress.compiler.keyring import NEVER, Keyring
from ingress.compiler.ledger import Findings, Ledger
from ingress.compiler.routes import Hosts
from ingress.compiler.server_names import ServerNames
from ingress.compiler.services import Services
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.snapshot import MatchKind, Route, Snapshot
from ingress.model.verdict import Verdict
from ingress.settings import CompilerOptions


class Memo(Struct, frozen=True, kw_only=True):
    """What the next build starts from."""

    options: CompilerOptions
    inventory: Inventory = Inventory()
    ingresses: Ingresses = Ingresses()
    hosts: Hosts = Hosts()
    services: Services = Services()
    keyring: Keyring = Keyring()
    server_names: ServerNames = ServerNames()
    ledger: Ledger = Ledger()


class Build(Struct, frozen=True, kw_only=True):
    """What the compiler made of one Inventory.

    ``turns_at`` is when time alone changes it (a certificate expires): seconds since the
    epoch, infinite where nothing will.
    """

    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]
    memo: Memo
    turns_at: float = NEVER

    @property
    def inventory(self) -> Inventory:
        """What it was made of."""
        return self.memo.inventory

    @property
    def ours(self) -> Mapping[ObjectKey, Claims]:
        """The Ingresses that are ours, and the flags as one more (``ingresses.FLAGS``)."""
        return self.memo.ingresses.owned


def build_snapshot(
    inventory: Inventory,
    options: CompilerOptions,
    *,
    now: float,
    previous: Build | None = None,
    ahead: Ahead | None = None,
) -> Build:
    """Compile an Inventory; ``now`` is in seconds since the epoch.

    ``previous`` makes it cost what changed, and brings the last good certificates; ``ahead`` was
    read with the same options. Never raises on what a user wrote.
    """
    memo = previous.memo if previous and previous.memo.options == options else Memo(options=options)
    step = Step(
        before=memo.inventory,
        after=inventory,
        options=options,
        now=now,
        shown=previous.snapshot.certificates if previous else EMPTY,
        findings=Findings(),
        ahead=ahead or Ahead(options.policies),
    )
    after = _after(memo, step)
    return Build(
        snapshot=_snapshot(after),
        verdicts=after.ledger.ordered,
        memo=after,
        turns_at=after.keyring.until,
    )


def _after(memo: Memo, step: Step) -> Memo:
    """Return what the stages make of a step, one after the other."""
    ingresses, moves = memo.ingresses.after(step)
    hosts = memo.hosts.after(step, moves)
    services = memo.services.after(step, moves)
    keyring = memo.keyring.after(step, moves)
    server_names = memo.server_names.after(step, moves, keyring)
    step.findings["source", ""] = step.after.verdicts
    return Memo(
        options=step.options,
        inventory=step.after,
        ingresses=ingresses,
        hosts=hosts,
        services=services,
        keyring=keyring,
        server_names=server_names,
        ledger=memo.ledger.after(step.findings),
    )


def _snapshot(memo: Memo) -> Snapshot:
    named = memo.options.default_certificate
    default = str(named) if named else ""
    return Snapshot(
        hosts=memo.hosts.hosts,
        backends=memo.services.backends,
        certificates=memo.keyring.certificates,
        server_names=memo.server_names.names,
        default_certificate=default if default in memo.keyring.certificates else "",
        fallback=memo.hosts.fallback,
        default_backend=_default_backend(memo.options),
    )


def _default_backend(options: CompilerOptions) -> Route | None:
    """Return the route of ``--default-backend``, which no Ingress owns."""
    if options.default_backend is None:
        return None
    return Route(
        ingress="",
        path="/",
        kind=MatchKind.PREFIX,
        written_path="",
        path_type="",
        backend=options.default_backend,
        policies=options.policies,
    )
