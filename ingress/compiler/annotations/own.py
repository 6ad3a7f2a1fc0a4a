"""Our own dialect: ``aiohttp-ingress.dev/``. It wins over every other."""

from typing import Final

from ingress.compiler.annotations.dialect import Annotation, Dialect, flag, table
from ingress.compiler.annotations.ingress_nginx import ACCESS

OWN: Final = Dialect(
    prefix="aiohttp-ingress.dev/",
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
    ours=True,
)
