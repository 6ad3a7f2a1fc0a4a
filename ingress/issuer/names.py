"""The names that a certificate is for: DNS names, wildcards of one label, and IP addresses."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from cryptography import x509

from ingress.issuer.keys import IssuerError
from ingress.model.hosts import is_rule_host, is_wildcard

_MAX_LABEL: Final = 63


def read_name(text: str) -> str:
    """Return a name in its normal form: lower case, no trailing dot, IPv6 without brackets.

    Raises IssuerError where it is neither a DNS name, ``*.`` and one, nor an IP address.
    """
    name = text.lower().removesuffix(".")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    address = _address_of(name)
    if address is not None:
        return str(address)
    if not is_rule_host(name) or not _is_server_name(name):
        raise IssuerError(
            f"{text!r} is neither a host name nor an IP address",
            mend="write a name such as www.example.com, *.example.com or 127.0.0.1",
        )
    return name


def subject_alternative_name(names: Sequence[str]) -> x509.SubjectAlternativeName:
    """Make the extension that clients look at (RFC 9525 §6.3; the CN has no say any more)."""
    return x509.SubjectAlternativeName([_general_name(name) for name in names])


def file_stem(name: str) -> str:
    """Return a safe file name for a certificate: ``_wildcard.a.b`` for ``*.a.b``.

    The host ``ca`` gets an underscore too, or its leaf would take the place of ``ca.crt``.
    """
    if name == "ca":
        return "_ca"
    stem = f"_wildcard.{name[2:]}" if is_wildcard(name) else name
    return stem.replace(":", "-")


def _is_server_name(name: str) -> bool:
    """Tell whether clients can ask for it: labels of 63 bytes (RFC 1035 §2.3.4), never a number.

    A name whose last label is a number is a wrong IPv4 address to them (WHATWG URL §3.5).
    """
    labels = name.split(".")
    return all(len(label) <= _MAX_LABEL for label in labels) and not labels[-1].isdigit()


def _general_name(name: str) -> x509.GeneralName:
    address = _address_of(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    # A zone (fe80::1%eth0) has no place in a certificate: it means another thing elsewhere.
    return None if "%" in name else address
