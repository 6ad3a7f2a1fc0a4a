"""The dialect of ingress-nginx: ``nginx.ingress.kubernetes.io/``, as far as it is supported.

Source: the ingress-nginx user guide, "Annotations".
"""

import re
from typing import Final

from ingress.compiler.annotations.dialect import Annotation, Dialect, flag, table

# What decides who may come in, and how often. Passing one over would open what its author
# meant to close, so an Ingress that has one which we don't know is not served (invariant 6).
ACCESS: Final = re.compile(
    r"""
    (?:allow|white|deny)list-source-range
    | auth-.+ | enable-global-auth | satisfy
    | (?:server|configuration)-snippet
    | (?:enable-)?modsecurity.* | enable-owasp-.+
    | (?:global-rate-)?limit-.+
    """,
    re.VERBOSE,
)

INGRESS_NGINX: Final = Dialect(
    prefix="nginx.ingress.kubernetes.io/",
    known=table(
        Annotation(
            "ssl-redirect",
            parse=flag,
            policy="ssl_redirect",
            field="enabled",
            default="true",
            doc="Redirect plain HTTP for a TLS host to HTTPS with 308.",
        ),
    ),
    access=ACCESS,
    ours=False,
)
