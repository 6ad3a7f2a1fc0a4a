"""The transport that aiohttp sees: the real one, with the gate's hand on it."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.waiting import Waiter

if TYPE_CHECKING:
    from ingress.proxy.downstream.gate import Gate

_Bytes = bytes | bytearray | memoryview


class Wire(asyncio.Transport):
    """Delegates to a connection's transport; closing and pausing go through its Gate.

    A handler finds its Gate as ``request.transport.gate``.
    """

    def __init__(self, transport: asyncio.Transport, gate: "Gate") -> None:
        super().__init__()
        self.gate = gate
        self._transport = transport
        self._closed = False
        self._full = False
        self._room = Waiter(asyncio.get_running_loop())

    async def send(self, data: bytes, *, seconds: float) -> None:
        """Write, then wait while the client is slow to read; raises Failure(CLIENT_GONE).

        ``seconds`` is how long one such wait may take.
        """
        self.write(data)
        if self._full and not await self._room.wait(seconds):
            raise Failure(FailureKind.CLIENT_GONE, "the client takes nothing")
        if self.is_closing():
            raise Failure(FailureKind.CLIENT_GONE, "while the response was written")

    def pause_writing(self) -> None:
        """Make ``send()`` wait."""
        self._full = True

    def resume_writing(self) -> None:
        """Let ``send()`` go on."""
        self._full = False
        self._room.wake()

    def write(self, data: _Bytes) -> None:
        """See asyncio.WriteTransport."""
        # Not every transport takes a write while it is closing (uvloop's raises).
        if data and not self.is_closing():
            self._transport.write(data)

    def writelines(self, list_of_data: Iterable[_Bytes]) -> None:
        """See asyncio.WriteTransport."""
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        """Tell whether the lane may write no more."""
        return self._closed or self._transport.is_closing()

    def close(self) -> None:
        """End the connection once everything is written."""
        if not self._closed:
            self._closed = True
            self.gate.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._closed = True
        self.gate.abort()

    def can_write_eof(self) -> bool:
        """See asyncio.WriteTransport; an end of ours is always the end of both directions."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio.BaseTransport."""
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """See asyncio.WriteTransport."""
        return self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """See asyncio.ReadTransport."""
        self.gate.pause(by_lane=True)

    def resume_reading(self) -> None:
        """See asyncio.ReadTransport."""
        self.gate.resume(by_lane=True)
