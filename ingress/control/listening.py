"""Listening sockets, bound before anything else starts, with errors that say what to do."""

import errno
import os
import platform
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from ingress.settings import ListenAddress

BACKLOG: Final = 4096
BALANCES: Final = platform.system() == "Linux"
"""Whether SO_REUSEPORT spreads connections; elsewhere, processes share one socket."""

_MENDS: Final = {
    errno.EADDRINUSE: (
        "another program listens there; stop it, or give another port"
        " ({flag} {free} picks a free one)"
    ),
    errno.EACCES: (
        "this user may not listen there; take a port from 1024 up ({flag} {high}),"
        " or grant CAP_NET_BIND_SERVICE"
    ),
    errno.EADDRNOTAVAIL: (
        "no network interface here has that address; take one that `ip address` lists,"
        " or {flag} {everywhere} for all of them"
    ),
    errno.EAFNOSUPPORT: "this machine has no IPv6; give an IPv4 address ({flag} 127.0.0.1:0)",
}


class ListenError(Exception):
    """An address that cannot be listened on; the message names the flag and the mend."""


def listen(addresses: Sequence[ListenAddress], *, flag: str) -> list[socket.socket]:
    """Bind and listen on every address, or on none of them.

    Raises ListenError. An IPv6 socket takes no IPv4, so that both can be asked for.
    """
    with ExitStack() as undo:
        sockets = [undo.enter_context(_listen(address, flag)) for address in addresses]
        undo.pop_all()
    return sockets


def listen_balanced(
    addresses: Sequence[ListenAddress], *, flag: str, copies: int
) -> list[list[socket.socket]]:
    """Bind every address, or none, for so many processes; return the sockets of each process.

    The kernel spreads connections evenly over them. Whoever keeps them all open keeps what waits
    in the backlog of a process that died. Raises ListenError.
    """
    with ExitStack() as undo:
        first = [undo.enter_context(_listen(it, flag, shared=copies > 1)) for it in addresses]
        sockets = [first] + [
            [undo.enter_context(_sibling(listener)) for listener in first]
            for _ in range(copies - 1)
        ]
        undo.pop_all()
    return sockets


def address_of(listener: socket.socket) -> ListenAddress:
    """Return where a socket listens, with the port that was picked for ``:0``."""
    host, port, *_ = listener.getsockname()
    return ListenAddress(host, port)


def _listen(address: ListenAddress, flag: str, *, shared: bool = False) -> socket.socket:
    try:
        return _bound(address, shared=shared)
    except OSError as error:
        raise ListenError(f"{flag} {address}: {_mend(error, address, flag)}") from error


def _bound(address: ListenAddress, *, shared: bool) -> socket.socket:
    with ExitStack() as undo:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        listener = undo.enter_context(socket.socket(family, socket.SOCK_STREAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        if shared and BALANCES:
            # Once it is bound: before that, another program with the option would go unnoticed.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.listen(BACKLOG)
        listener.settimeout(0)
        undo.pop_all()
    return listener


def _sibling(listener: socket.socket) -> socket.socket:
    """Return another socket with the same address; where the kernel spreads nothing, the same."""
    if not BALANCES:
        return listener.dup()
    with ExitStack() as undo:
        sibling = undo.enter_context(socket.socket(listener.family, socket.SOCK_STREAM))
        sibling.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sibling.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if listener.family == socket.AF_INET6:
            sibling.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sibling.bind(listener.getsockname())
        sibling.listen(BACKLOG)
        sibling.settimeout(0)
        undo.pop_all()
    return sibling


def _mend(error: OSError, address: ListenAddress, flag: str) -> str:
    what = os.strerror(error.errno) if error.errno else str(error)
    mend = _MENDS.get(error.errno or 0)
    if mend is None:
        return what
    return f"{what}: " + mend.format(
        flag=flag,
        free=ListenAddress(address.host, 0),
        high=ListenAddress(address.host, address.port + 8000),
        everywhere=ListenAddress("::" if ":" in address.host else "0.0.0.0", address.port),  # noqa: S104 - what the user may ask for
    )
