"""What is there before anything runs: the sockets, and the workers' processes.

Sockets are bound first, since that is what fails for reasons of the user's. Workers are started
right behind them: until they are told anything they import, as this process does.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from socket import socket
from typing import NamedTuple

from ingress.control.launching import Launched, launch
from ingress.control.listening import listen, listen_balanced
from ingress.settings import Settings
from ingress.worker.output import make_turnstile


class Sockets(NamedTuple):
    """Listening ones; of those that workers accept on, a list for each worker."""

    http: Sequence[Sequence[socket]]
    https: Sequence[Sequence[socket]]
    admin: Sequence[socket]


class Premises(NamedTuple):
    """The sockets, the workers' turnstile (see ``worker.output``), and the first of each place.

    There is no process for a place where none could be started; it is tried again there.
    """

    sockets: Sockets
    turnstile: int
    launched: Sequence[Launched | None]


@contextmanager
def premises(settings: Settings) -> Iterator[Premises]:
    """Bind and launch; what is left of either at the end of the block ends with it.

    Raises ListenError where an address is not to be had.
    """
    with ExitStack() as stack:
        sockets = _listening(settings, stack)
        turnstile = make_turnstile()
        stack.callback(os.close, turnstile)
        launched = [
            _launched((*_descriptors(sockets, number), turnstile), stack)
            for number in range(settings.workers)
        ]
        yield Premises(sockets, turnstile, launched)


def _listening(settings: Settings, stack: ExitStack) -> Sockets:
    http = listen_balanced(settings.http, flag="--http", copies=settings.workers)
    _close_at_the_end(http, stack)
    https = listen_balanced(settings.https, flag="--https", copies=settings.workers)
    _close_at_the_end(https, stack)
    admin = listen(settings.admin, flag="--admin")
    _close_at_the_end([admin], stack)
    return Sockets(http, https, admin)


def _close_at_the_end(several: Sequence[Sequence[socket]], stack: ExitStack) -> None:
    for each in several:
        for one in each:
            stack.enter_context(one)


def _descriptors(sockets: Sockets, number: int) -> list[int]:
    return [one.fileno() for one in (*sockets.http[number], *sockets.https[number])]


def _launched(inherited: Sequence[int], stack: ExitStack) -> Launched | None:
    try:
        launched = launch(inherited)
    except OSError:  # whoever keeps the place tries again, and says why
        return None
    stack.callback(launched.end)
    return launched
