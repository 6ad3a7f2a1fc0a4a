"""Which certificate a client would be shown."""

from datetime import UTC, datetime

from ingress.explain.asked import Request
from ingress.explain.explanation import ExplainedCertificate
from ingress.explain.served import Served
from ingress.model.match import Match


def explained_certificate(
    request: Request, match: Match, *, served: Served
) -> ExplainedCertificate | None:
    """Return what SNI picks; ``None`` for plain HTTP to a host that is no TLS host."""
    if not request.peer.tls and match.server_name is None:
        return None
    secret, picked_by = served.table.certificate_for(request.sni)
    certificate = served.snapshot.certificates.get(secret)
    return ExplainedCertificate(
        secret=secret if certificate else None,
        names=certificate.names if certificate else None,
        not_after=_rfc3339(certificate.not_after) if certificate else None,
        decided_by=picked_by,
    )


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
