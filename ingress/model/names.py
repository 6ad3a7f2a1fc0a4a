"""Names of objects, as the API server takes them (RFC 1123; apimachinery's validation)."""

import re
from typing import Final

_SUBDOMAIN: Final = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MAX_SUBDOMAIN: Final = 253

NAME_RULE: Final = "write lower-case letters, digits, '-' and '.', up to 253"
NAMESPACE_RULE: Final = "write lower-case letters, digits and '-', up to 63"


def is_name(text: str) -> bool:
    """Tell whether an object may be called so (IsDNS1123Subdomain)."""
    return len(text) <= _MAX_SUBDOMAIN and _SUBDOMAIN.fullmatch(text) is not None


def is_namespace(text: str) -> bool:
    """Tell whether a namespace may be called so (IsDNS1123Label)."""
    return _LABEL.fullmatch(text) is not None
