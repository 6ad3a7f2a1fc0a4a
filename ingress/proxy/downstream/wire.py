"""The transport that aiohttp sees: the real one, with the gate's hand on it."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.waiting import Waiter

if TYPE_CHECKING:
    from ingress.proxy.downstream.bridge import Bridge
    from ingress.proxy.downstream.gate import Gate

_Bytes = bytes | bytearray | memoryview


class Wire(asyncio.Transport):
    """Delegates to a connection's transport; closing and pausing go through its Gate."""

    def __init__(self, gate: "Gate", bridge: "Bridge") -> None:
        super().__init__()
        self.bridge = bridge
        self._gate = gate
        self._room = Waiter(asyncio.get_running_loop())

    async def send(self, data: bytes, *, seconds: float) -> None:
        """Write, then wait while the client is slow to read; raises Failure(CLIENT_GONE).

        ``seconds`` is how long one such wait may take.
        """
        self.write(data)
        if self._gate.full and not await self._room.wait(seconds):
            raise Failure(FailureKind.CLIENT_GONE, "the client takes nothing")
        if self.is_closing():
            raise Failure(FailureKind.CLIENT_GONE, "while the response was written")

    def wake(self) -> None:
        """Let ``send()`` go on."""
        self._room.wake()

    def write(self, data: _Bytes) -> None:
        """See asyncio.WriteTransport."""
        if data:
            self._gate.write(bytes(data))

    def writelines(self, list_of_data: Iterable[_Bytes]) -> None:
        """See asyncio.WriteTransport."""
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        """Tell whether the lane may write no more."""
        return self._gate.closing or self._gate.transport.is_closing()

    def close(self) -> None:
        """End the connection once everything is written."""
        self._gate.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._gate.abort()

    def can_write_eof(self) -> bool:
        """See asyncio.WriteTransport; an end of ours is always the end of both directions."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio.BaseTransport."""
        return self._gate.transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """See asyncio.WriteTransport."""
        return self._gate.transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """See asyncio.ReadTransport."""
        self._gate.pause(by_lane=True)

    def resume_reading(self) -> None:
        """See asyncio.ReadTransport."""
        self._gate.resume(by_lane=True)
