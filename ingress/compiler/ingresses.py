"""The Ingresses that are ours, each read once; what moved among them drives all that follows."""

from collections.abc import Mapping

from msgspec import Struct

from ingress.compiler.changes import edited
from ingress.compiler.claims import NOTHING, BackendUse, Claims, Move, SecretUse
from ingress.compiler.ownership import Ownership, ownership
from ingress.compiler.step import Step
from ingress.model.differing import differing
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.verdict import ObjectRef, Verdict
from ingress.settings import CompilerOptions

FLAGS = ObjectKey("", "")
"""The flags ask for a Service and a Secret too, as if they were one more Ingress."""


class Ingresses(Struct, frozen=True, kw_only=True):
    """Every Ingress as read, and those of them that are ours."""

    read: Mapping[ObjectKey, Claims] = EMPTY
    owned: Mapping[ObjectKey, Claims] = EMPTY
    ownership: Ownership = Ownership()

    def after(self, step: Step) -> tuple["Ingresses", tuple[Move, ...]]:
        """Return the Ingresses of an Inventory, and how those of ours moved."""
        touched = set(differing(step.before.ingresses, step.after.ingresses))
        read = edited(self.read, {key: _read(key, step) for key in touched})
        owners = self.ownership
        if step.before.ingress_classes is not step.after.ingress_classes or not self.owned:
            owners = ownership(step.after.ingress_classes, step.options)
        if owners != self.ownership:
            touched.update(read)
        edits: dict[ObjectKey, Claims | None] = {}
        for key in touched:
            edits[key], step.findings["ingress", key] = _judged(key, read.get(key), owners)
        if FLAGS not in self.owned:
            edits[FLAGS] = flags(step.options)
        owned = edited(self.owned, edits)
        moves = (Move(key, self.owned.get(key, NOTHING), owned.get(key, NOTHING)) for key in edits)
        moved = tuple(move for move in moves if move.old is not move.new)
        return Ingresses(read=read, owned=owned, ownership=owners), moved


def _read(key: ObjectKey, step: Step) -> Claims | None:
    ingress = step.after.ingresses.get(key)
    return step.ahead.ingress(key, ingress) if ingress else None


def _judged(
    key: ObjectKey, claims: Claims | None, owners: Ownership
) -> tuple[Claims | None, tuple[Verdict, ...]]:
    """Return the claims if the Ingress is ours, and what is to be said."""
    if claims is None:
        return None, ()
    said = owners.judge(ObjectRef("Ingress", *key), claims.class_name)
    if not owners.owns(claims.class_name):
        return None, said
    return claims, (*said, *claims.verdicts)


def flags(options: CompilerOptions) -> Claims:
    """Return what ``--default-backend`` and ``--default-certificate`` ask for."""
    ref, secret = options.default_backend, options.default_certificate
    services = {}
    if ref:
        service = ObjectKey(ref.namespace, ref.service)
        services[service] = {ref: BackendUse(ObjectRef("Service", *service))}
    secrets = {secret: SecretUse(ObjectRef("Secret", *secret))} if secret else {}
    return Claims(services=services, secrets=secrets)
