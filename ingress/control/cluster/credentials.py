"""The certificate of the admission webhook: what the Secret holds, and when it is made anew.

The API server trusts what ``caBundle`` says, so the CA is ours alone, and made here. All replicas
show the leaf that the Secret holds; the leader renews it long before it ends.
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ingress.compiler.certificates import TLS_CRT, TLS_KEY, read_certificate
from ingress.issuer.authority import Authority, is_signed_by, new_authority
from ingress.issuer.keys import IssuerError, Pair
from ingress.issuer.leaf import LIFETIME
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Secret
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate

CA_CRT: Final = "ca.crt"
CA_KEY: Final = "ca.key"

RENEW_BEFORE: Final = LIFETIME.total_seconds() / 3
"""Seconds before its end in which a leaf is made anew: four months."""

_END: Final = b"-----END CERTIFICATE-----\n"


class Credentials(NamedTuple):
    """What the Secret holds: CAs (PEM, the one that signs first), its key, and the leaf."""

    bundle: bytes
    ca_key: SecretBytes
    leaf: Pair

    @property
    def authority(self) -> Pair:
        """The CA that signs."""
        return Pair(self.bundle.split(_END)[0] + _END, self.ca_key)

    def entries(self) -> Mapping[str, str]:
        """Return the Secret's ``data``, as base64: private keys leave for the API server here."""
        plain = {
            CA_CRT: self.bundle,
            CA_KEY: self.ca_key.reveal(),
            TLS_CRT: self.leaf.certificate,
            TLS_KEY: self.leaf.key.reveal(),
        }
        return {name: base64.b64encode(value).decode() for name, value in plain.items()}


def service_names(service: ObjectKey) -> tuple[str, ...]:
    """Return the names under which a cluster calls a Service; the API server uses the first."""
    short = f"{service.name}.{service.namespace}"
    return (f"{short}.svc", f"{short}.svc.cluster.local", short, service.name)


def credentials_of(secret: Secret) -> Credentials | None:
    """Return what a Secret holds, or ``None`` where an entry is missing or is no base64."""
    data = secret.data or {}
    try:
        bundle, ca_key, certificate, key = (
            base64.b64decode(data[name].reveal(), validate=True)
            for name in (CA_CRT, CA_KEY, TLS_CRT, TLS_KEY)
        )
    except (KeyError, ValueError):
        return None
    return Credentials(bundle, SecretBytes(ca_key), Pair(certificate, SecretBytes(key)))


def shown(secret: Secret) -> Certificate | None:
    """Return the certificate to show to the API server, if the Secret holds a good one."""
    found = read_certificate(ObjectKey(secret.metadata.namespace, secret.metadata.name), secret)
    return found if isinstance(found, Certificate) else None


def renewed(secret: Secret | None, names: Iterable[str], *, now: float) -> Credentials | None:
    """Return what the Secret is to hold; ``None`` where what it holds will do.

    A new CA takes the old one along in the bundle, so that no replica is refused meanwhile.
    """
    kept = credentials_of(secret) if secret else None
    wanted = frozenset(names)
    if secret and kept and _will_do(secret, kept, wanted, now=now):
        return None
    bundle, ca = _authority(kept, now=now)
    return Credentials(bundle, ca.key, Authority(ca, now=now).issue(sorted(wanted)))


def _will_do(secret: Secret, kept: Credentials, wanted: frozenset[str], *, now: float) -> bool:
    leaf = shown(secret)
    return (
        leaf is not None
        and wanted <= set(leaf.names)
        and leaf.not_after - now > RENEW_BEFORE
        and is_signed_by(leaf.chain, kept.authority.certificate)
        and _may_sign(kept.authority, now=now)
    )


def _authority(kept: Credentials | None, *, now: float) -> tuple[bytes, Pair]:
    """Return the bundle and the CA to sign with: the kept one, or a new one before it."""
    if kept and _may_sign(kept.authority, now=now):
        return kept.bundle, kept.authority
    new = new_authority(now=now, purpose="admission")
    old = kept.authority if kept else None
    bundle = new.certificate + (old.certificate if old and _may_sign(old, now=now, for_=0) else b"")
    return bundle, new


def _may_sign(ca: Pair, *, now: float, for_: float = LIFETIME.total_seconds()) -> bool:
    """Tell whether a CA is one, and lasts so many seconds yet."""
    try:
        Authority(ca, now=now + for_)
    except IssuerError:
        return False
    return True
