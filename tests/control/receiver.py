"""The worker's end of a channel, without the serving: real decoding, real patching."""

import asyncio

from ingress.model.codec import (
    Applied,
    Publication,
    Refused,
    decode_publication,
    encode_acknowledgement,
    patch,
)
from ingress.model.snapshot import Snapshot


class Receiver:
    """Applies what it is sent, or refuses, or breaks, as it is told."""

    def __init__(self) -> None:
        self.received: list[Publication] = []
        self.held: dict[int, Snapshot] = {0: Snapshot()}
        self.refuses = ""
        self.answers_with: int | None = None
        self.breaks: OSError | None = None

    async def send(self, publication: bytes) -> bytes:
        await asyncio.sleep(0)
        if self.breaks:
            raise self.breaks
        decoded = decode_publication(publication)
        self.received.append(decoded)
        if self.refuses:
            return encode_acknowledgement(Refused(decoded.generation, self.refuses))
        snapshot = patch(self.held[decoded.base], decoded.delta)
        self.held = {0: Snapshot(), decoded.generation: snapshot}
        return encode_acknowledgement(Applied(self.answers_with or decoded.generation))

    @property
    def serves(self) -> Snapshot:
        return self.held[max(self.held)]
