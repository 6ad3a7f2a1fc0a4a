"""The Secrets that Ingresses name, and which certificate is shown for each.

A Secret that turned bad keeps its last good certificate. What was shown before is all that a
build takes from its predecessor's outcome; with the same of it, and at the same time, building
from scratch and following a change come to the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, structs

from ingress.compiler.certificates import TLS_CRT, Read, describe_time, field_of
from ingress.compiler.changes import Index, edited, reindexed
from ingress.compiler.claims import Move, SecretUse
from ingress.compiler.step import Step
from ingress.model.differing import differing
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.objects import Secret
from ingress.model.snapshot import Certificate
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict, verdict

NEVER = float("inf")


class Keyring(Struct, frozen=True, kw_only=True):
    """The certificates of a Snapshot, and what they were chosen from.

    The choice holds from ``since`` until ``until`` while no Secret changes.
    """

    uses: Index[ObjectKey, SecretUse] = EMPTY
    read: Mapping[ObjectKey, Read] = EMPTY
    certificates: Mapping[str, Certificate] = EMPTY
    since: float = NEVER
    until: float = NEVER

    def after(self, step: Step, moves: Iterable[Move]) -> "Keyring":
        """Return the certificates after Ingresses moved, and Secrets or the time changed."""
        uses, touched = reindexed(
            self.uses, ((move.key, move.old.secrets, move.new.secrets) for move in moves)
        )
        secrets = step.after.secrets
        changed = set(differing(step.before.secrets, secrets))
        touched |= changed
        reads: dict[ObjectKey, Read | None] = {}
        for key in touched:
            if key not in uses or key not in secrets:
                reads[key] = None
            elif key in changed or key not in self.read:
                reads[key] = step.ahead.secret(key, secrets[key])
        return self._chosen(step, touched, uses=uses, read=edited(self.read, reads))

    def _chosen(
        self,
        step: Step,
        touched: set[ObjectKey],
        *,
        uses: Index[ObjectKey, SecretUse],
        read: Mapping[ObjectKey, Read],
    ) -> "Keyring":
        in_time = self.since <= step.now < self.until
        if not in_time:
            touched.update(uses)
        certificates: dict[str, Certificate | None] = {}
        for key in touched:
            choice = Choice(key, step.after.secrets.get(key), read.get(key), step)
            shown, step.findings["secret", key] = choice.made(uses.get(key, EMPTY))
            certificates[str(key)] = shown
        after = edited(self.certificates, certificates)
        turns = chain.from_iterable(_times(read.get(key), after.get(str(key))) for key in touched)
        until = min((turn for turn in turns if turn > step.now), default=NEVER)
        if in_time:
            until = min(until, self.until)
        return Keyring(uses=uses, read=read, certificates=after, since=step.now, until=until)


def _times(*found: Read | None) -> Iterator[float]:
    """Yield the moments at which the choice may turn out otherwise."""
    for one in found:
        if isinstance(one, Certificate):
            yield from (one.not_before, one.not_after)


class Choice(NamedTuple):
    """One Secret, what it was found to hold, and the step."""

    key: ObjectKey
    secret: Secret | None
    read: Read | None
    step: Step

    def made(
        self, uses: Mapping[ObjectKey, SecretUse]
    ) -> tuple[Certificate | None, tuple[Verdict, ...]]:
        """Return the certificate to show for the Secret, and what is wrong with it."""
        if not uses:
            return None, ()
        if self.secret is None or self.read is None:
            return None, tuple(self._missing(uses[user]) for user in sorted(uses))
        if isinstance(self.read, Certificate):
            return self._by_date(self.secret, self.read)
        last = self.step.shown.get(str(self.key))
        effect = _kept(last) if last else "so another certificate is shown"
        return last, (structs.replace(self.read, message=f"{self.read.message}, {effect}"),)

    def _by_date(
        self, secret: Secret, read: Certificate
    ) -> tuple[Certificate, tuple[Verdict, ...]]:
        now = self.step.now
        said = partial(verdict, ObjectRef("Secret", *self.key), field=field_of(secret, TLS_CRT))
        if now < read.not_before:
            early = said(
                Reason.CERTIFICATE_INVALID,
                message=f"the certificate is not valid before {describe_time(read.not_before)}",
                mend="wait, or look at the clocks of this machine and of the issuer",
                severity=Severity.WARNING,
            )
            return read, (early,)
        if now < read.not_after:
            return read, ()
        last = self.step.shown.get(str(self.key))
        still = last if last and last.not_before <= now < last.not_after else None
        effect = _kept(still) if still else "and is shown for want of a better one"
        late = said(
            Reason.CERTIFICATE_EXPIRED,
            message=f"the certificate expired on {describe_time(read.not_after)}, {effect}",
            mend="put a new certificate into the Secret",
        )
        return still or read, (late,)

    def _missing(self, use: SecretUse) -> Verdict:
        return verdict(
            use.subject,
            Reason.SECRET_MISSING,
            message=f"Secret {self.key} is not there, so another certificate is shown",
            mend=f"make it: ingress certs issue HOST --secret {self.key}, "
            f"or kubectl create secret tls {self.key.name} -n {self.key.namespace}",
            field=use.field,
        )


def _kept(last: Certificate) -> str:
    return f"so the last good one, valid until {describe_time(last.not_after)}, stays"
