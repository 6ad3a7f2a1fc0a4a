"""Hosts: what a rule may name, and what a request's Host means (RFC 9110 §7.2, RFC 1123 §2.1)."""

import ipaddress
import re
from typing import Final

# Kubernetes bounds the name but not its labels (apimachinery's IsDNS1123Subdomain).
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PATTERN: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
# What a request may say: a reg-name without percent-escapes; underscores are seen in the wild.
_AUTHORITY: Final = re.compile(
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{0,5}))?"
)
MAX_HOST_LENGTH: Final = 253
MAX_PORT: Final = 65_535


def is_rule_host(host: str) -> bool:
    """Tell whether a rule may name this host: a DNS-1123 name or ``*.`` and one; never an IP."""
    if len(host) > MAX_HOST_LENGTH or not _PATTERN.fullmatch(host):
        return False
    return not (host[-1].isdigit() and _is_ip(host))  # few names end as an IPv4 address does


def is_wildcard(pattern: str) -> bool:
    """Tell whether the pattern stands for exactly one label before the rest."""
    return pattern.startswith("*.")


def wildcard_of(host: str) -> str:
    """Return the only wildcard pattern that covers a host: ``*.b.c`` for ``a.b.c``.

    Empty where none does (a single label, an IP).
    """
    _, _, rest = host.partition(".")
    if not rest or host[0] == "[" or (host[-1].isdigit() and _is_ip(host)):
        return ""
    return f"*.{rest}"


def parse_authority(authority: str) -> tuple[str, int | None] | None:
    """Split a Host header into host and port, or return ``None`` where it is no valid host.

    The host is in lower case, without port and trailing dot; an IPv6 literal keeps its brackets.
    Source: RFC 9110 §7.2, RFC 3986 §3.2.2.
    """
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        return None
    host = match["host"].lower().removesuffix(".")
    if not _is_request_host(host):
        return None
    port = int(match["port"]) if match["port"] else None
    return None if port is not None and port > MAX_PORT else (host, port)


def _is_request_host(host: str) -> bool:
    if host.startswith("["):
        return ":" in host and _is_ip(host[1:-1])
    return len(host) <= MAX_HOST_LENGTH and ".." not in host and not host.endswith(".")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
