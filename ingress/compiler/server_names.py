"""TLS hosts: which certificate SNI picks for each, and whether plain HTTP is redirected."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct

from ingress.compiler.changes import Index, edited, reindexed
from ingress.compiler.claims import Move, TlsClaim
from ingress.compiler.keyring import Keyring
from ingress.compiler.step import Step
from ingress.model.differing import differing
from ingress.model.hosts import wildcard_of
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.snapshot import ANY_HOST, Certificate, ServerName
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict


class ServerNames(Struct, frozen=True, kw_only=True):
    """The TLS hosts of a Snapshot, and what they were compiled from."""

    claims: Index[str, tuple[TlsClaim, ...]] = EMPTY
    certificates: Mapping[str, Certificate] = EMPTY
    names: Mapping[str, ServerName] = EMPTY

    def after(self, step: Step, moves: Iterable[Move], keyring: Keyring) -> "ServerNames":
        """Return the TLS hosts after Ingresses moved or certificates changed."""
        claims, touched = reindexed(
            self.claims,
            ((move.key, move.old.server_names, move.new.server_names) for move in moves),
        )
        touched.update(self._hosts_of_changed(keyring))
        edits: dict[str, ServerName | None] = {}
        for host in touched:
            edits[host], step.findings["server name", host] = None, ()
            if host in claims:
                edits[host], step.findings["server name", host] = compile_server_name(
                    host, claims[host], keyring.certificates
                )
        names = edited(self.names, edits)
        return ServerNames(claims=claims, certificates=keyring.certificates, names=names)

    def _hosts_of_changed(self, keyring: Keyring) -> Iterator[str]:
        for name in differing(self.certificates, keyring.certificates):
            namespace, _, secret = name.partition("/")
            users = keyring.uses.get(ObjectKey(namespace, secret), EMPTY)
            yield from chain.from_iterable(use.hosts for use in users.values())


def compile_server_name(
    host: str,
    claims: Mapping[ObjectKey, tuple[TlsClaim, ...]],
    certificates: Mapping[str, Certificate],
) -> tuple[ServerName, tuple[Verdict, ...]]:
    """Return one TLS host. Of several Secrets the oldest Ingress's wins, there or not.

    An entry that names no Secret makes a TLS host too, with another's certificate or none.
    """
    ranked = sorted(chain.from_iterable(claims.values()), key=lambda claim: claim.order)
    naming = [claim for claim in ranked if claim.secret]
    winner = naming[0] if naming else ranked[0]
    key = str(winner.secret)
    certificate = certificates.get(key)
    verdicts = [_conflict(host, claim, winner) for claim in naming if claim.secret != winner.secret]
    if certificate and not _covers(certificate, host):
        verdicts.append(_mismatch(host, winner, certificate))
    name = ServerName(certificate=key if certificate else "", ssl_redirect=winner.ssl_redirect)
    return name, tuple(verdicts)


def _covers(certificate: Certificate, host: str) -> bool:
    """Tell whether clients accept the certificate for a host (RFC 6125 §6.4.3)."""
    return host == ANY_HOST or not {host, wildcard_of(host)}.isdisjoint(certificate.names)


def _conflict(host: str, claim: TlsClaim, winner: TlsClaim) -> Verdict:
    first = f"Ingress {winner.order.namespace}/{winner.order.name}"
    return verdict(
        _subject(claim),
        Reason.CERTIFICATE_CONFLICT,
        message=f"Secret {claim.secret} for {host or 'every host'} gives way to "
        f"{winner.secret} of {first}, which is first",
        mend="name the host in one TLS entry, or the same Secret in both",
        field=claim.field,
    )


def _mismatch(host: str, claim: TlsClaim, certificate: Certificate) -> Verdict:
    names = ", ".join(certificate.names) or "no host at all (it has no subjectAltName)"
    return verdict(
        _subject(claim),
        Reason.CERTIFICATE_NAME_MISMATCH,
        message=f"the certificate in Secret {claim.secret} is for {names}, not for {host}",
        mend=f"make one that has {host} in its subjectAltName",
        field=claim.field,
    )


def _subject(claim: TlsClaim) -> ObjectRef:
    return ObjectRef("Ingress", claim.order.namespace, claim.order.name)
