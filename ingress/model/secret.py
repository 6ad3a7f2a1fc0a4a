"""Bytes that never print themselves."""

from typing import Any, final

REDACTED = "[redacted]"


@final
class SecretBytes:
    """Key material: equal and hashable like bytes, but every printed form is ``[redacted]``."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes themselves; only TLS and the process boundary call this."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretBytes) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return REDACTED

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled; it crosses processes through model.codec")


def secret_text(kind: type, value: Any) -> Any:
    """Keep a Secret's text as bytes that never print themselves (msgspec's ``dec_hook``)."""
    if kind is SecretBytes and isinstance(value, str):
        return SecretBytes(value.encode())
    raise ValueError("Expected `str`")
