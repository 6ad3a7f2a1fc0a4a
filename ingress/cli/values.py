"""How the text of a flag, or of its environment variable, becomes a value.

Each reader raises ValueError that says what is wrong and, after a semicolon, the mend.
"""

import ipaddress
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ingress.model.hosts import MAX_PORT
from ingress.model.inventory import ObjectKey
from ingress.model.names import NAME_RULE, NAMESPACE_RULE, is_name, is_namespace
from ingress.model.snapshot import BackendRef
from ingress.model.units import parse_duration, parse_size
from ingress.runtime.cores import usable_cores
from ingress.settings import ListenAddress, Network

MAX_WORKERS: Final = 512


class Kind(NamedTuple):
    """A kind of value: what help shows in place of it, how it is read, what it may look like."""

    metavar: str
    read: Callable[[str], Any]
    form: str


def read_address(text: str) -> ListenAddress:
    """Read ``IP:PORT``, ``[IPv6]:PORT`` or ``:PORT`` (every IPv4 address of the machine)."""
    host, colon, port = text.rpartition(":")
    mend = "write 127.0.0.1:8080, [::1]:8080 or :8080"
    if not colon or not _is_port(port, lowest=0):
        raise ValueError(f"{text!r} is no address to listen on; {mend}")
    bracketed = host.startswith("[") and host.endswith("]")
    plain = host[1:-1] if bracketed else host or "0.0.0.0"  # noqa: S104 - what Go's `:8080` means
    try:
        address = ipaddress.ip_address("127.0.0.1" if plain == "localhost" else plain)
    except ValueError:
        raise ValueError(f"{host!r} is no IP address; {mend}") from None
    if bracketed != (address.version == 6):
        raise ValueError(f"{text!r}: only IPv6 addresses stand in brackets; {mend}")
    return ListenAddress(str(address), int(port))


def read_timeout(text: str) -> float:
    """Read a duration longer than nothing: a timeout that is off would hang."""
    seconds = parse_duration(text)
    if seconds <= 0:
        raise ValueError(f"{text!r} is no time at all; write 1s or longer")
    return seconds


def read_head_size(text: str) -> int:
    """Read a size in which an ordinary request fits."""
    size = parse_size(text)
    if size < 1024:
        raise ValueError(f"{text!r} is too small for any request; write 1Ki or more")
    return size


def read_count(text: str) -> int:
    """Read a whole number from 0 up."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no whole number; write 0 or more")
    return int(text)


def read_workers(text: str) -> int:
    """Read a number of processes, or ``auto`` for one a core."""
    if text == "auto":
        return usable_cores()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_WORKERS):
        raise ValueError(f"{text!r} workers cannot serve; write auto, or 1 to {MAX_WORKERS}")
    return int(text)


def read_port(text: str) -> int:
    """Read a port number, 1 to 65535."""
    if not _is_port(text):
        raise ValueError(f"{text!r} is no port; write a number from 1 to {MAX_PORT}")
    return int(text)


def read_network(text: str) -> Network:
    """Read a CIDR, or an address for itself alone."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        mend = "write 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32"
        raise ValueError(f"{text!r} is no network ({error}); {mend}") from None


def read_namespace(text: str) -> str:
    """Read a namespace's name."""
    if not is_namespace(text):
        raise ValueError(f"{text!r} cannot be a namespace; {NAMESPACE_RULE}")
    return text


def read_name(text: str) -> str:
    """Read an object's name."""
    if not is_name(text):
        raise ValueError(f"{text!r} cannot be an object's name; {NAME_RULE}")
    return text


def read_public_address(text: str) -> str:
    """Read an IP address or a DNS name, as the status of an Ingress may have it."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if is_name(text) and not text.rpartition(".")[2].isdigit():
            return text
    raise ValueError(f"{text!r} is no address; write 192.0.2.7, 2001:db8::1 or lb.example.com")


def read_object(text: str) -> ObjectKey:
    """Read ``NAMESPACE/NAME``."""
    namespace, slash, name = text.partition("/")
    if not (slash and is_namespace(namespace) and is_name(name)):
        raise ValueError(f"{text!r} names no object; write NAMESPACE/NAME, say default/web")
    return ObjectKey(namespace, name)


def read_backend_ref(text: str) -> BackendRef:
    """Read ``NAMESPACE/SERVICE:PORT``; the port by number or by name."""
    key, colon, port = text.rpartition(":")
    if not (colon and port):
        raise ValueError(f"{text!r} names no port; write NAMESPACE/SERVICE:PORT")
    namespace, service = read_object(key)
    return BackendRef(namespace, service, int(port) if _is_port(port) else port)


class BackendOverride(NamedTuple):
    """Where ``--backend`` sends a Service (one of its ports, or with ``None`` each)."""

    service: ObjectKey
    port: int | str | None
    host: str
    target_port: int


def read_override(text: str) -> BackendOverride:
    """Read ``NAMESPACE/SERVICE[:PORT]=HOST:PORT``."""
    left, equals, right = text.partition("=")
    host, colon, port = right.rpartition(":")
    if not (equals and colon and host and _is_port(port)):
        raise ValueError(
            f"{text!r} sends nothing anywhere; write NAMESPACE/SERVICE=HOST:PORT,"
            " say default/web=127.0.0.1:3000"
        )
    target = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" not in left:
        return BackendOverride(read_object(left), None, target, int(port))
    ref = read_backend_ref(left)
    return BackendOverride(ObjectKey(ref.namespace, ref.service), ref.port, target, int(port))


def one_of(*choices: str) -> Kind:
    """Make the kind of a word from a short list."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text!r} is none of them; write {', '.join(choices)}")
        return text

    return Kind("|".join(choices), read, "one of these words")


def read_switch(text: str) -> bool:
    """Read what the environment says of a flag that takes no value."""
    word = text.strip().lower()
    if word not in _SWITCH:
        raise ValueError(f"{text!r} is neither yes nor no; write true or false")
    return _SWITCH[word]


def _is_port(text: str, *, lowest: int = 1) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and lowest <= int(text) <= MAX_PORT


_SWITCH: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", ""), False),
}

PATH: Final = Kind("PATH", str, "a path")
NAME: Final = Kind("NAME", str, "a name")
NAMESPACE: Final = Kind("NAME", read_namespace, "a namespace")
SWITCH: Final = Kind("", read_switch, "`true` or `false`, in the environment")
ADDRESS: Final = Kind("IP:PORT", read_address, "`127.0.0.1:8080`, `[::1]:8080`, `:8080`")
DURATION: Final = Kind("DURATION", parse_duration, "a duration: `500ms`, `30s`, `1m30s`")
TIMEOUT: Final = Kind("DURATION", read_timeout, "a duration longer than 0")
SIZE: Final = Kind("SIZE", parse_size, "bytes: `65536`, `64Ki`, `1Mi`")
HEAD_SIZE: Final = Kind("SIZE", read_head_size, "bytes, from `1Ki` up")
WORKERS: Final = Kind("auto|NUMBER", read_workers, "`auto`, or a number from 1 up")
COUNT: Final = Kind("NUMBER", read_count, "a number from 0 up")
PORT: Final = Kind("PORT", read_port, "a port, 1 to 65535")
NETWORK: Final = Kind("CIDR", read_network, "`10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`")
OBJECT_NAME: Final = Kind("NAME", read_name, "an object's name")
PUBLIC_ADDRESS: Final = Kind(
    "ADDRESS", read_public_address, "`192.0.2.7`, `2001:db8::1`, `lb.example.com`"
)
OBJECT: Final = Kind("NS/NAME", read_object, "a namespace and a name")
BACKEND_REF: Final = Kind("NS/SVC:PORT", read_backend_ref, "a Service, its port by number or name")
OVERRIDE: Final = Kind("NS/SVC[:PORT]=HOST:PORT", read_override, "`default/web=127.0.0.1:3000`")
