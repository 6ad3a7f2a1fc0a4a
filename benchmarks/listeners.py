"""How evenly connections spread over processes: ``python -m benchmarks.listeners``.

One listening socket that all share, against a socket each with SO_REUSEPORT: the figures of
decision 0041. Each process is a uvloop server that answers with its number.
"""

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from subprocess import DEVNULL, Popen

import uvloop

from ingress.control.listening import BACKLOG, address_of, listen, listen_balanced
from ingress.settings import ListenAddress

ANY = ListenAddress("127.0.0.1", 0)


async def _serve(descriptor: int, number: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(number.encode())
        await reader.read()
        writer.close()

    listener = socket.socket(fileno=descriptor)
    server = await asyncio.start_server(answer, sock=listener, backlog=BACKLOG)
    await server.serve_forever()


@contextmanager
def _processes(listeners: Sequence[socket.socket]) -> Iterator[None]:
    with ExitStack() as stack:
        for number, listener in enumerate(listeners):
            words = ("-m", "benchmarks.listeners", str(listener.fileno()), str(number))
            process = stack.enter_context(
                Popen([sys.executable, *words], pass_fds=[listener.fileno()], stdin=DEVNULL)
            )
            stack.callback(process.kill)
        yield


async def _ask(port: int) -> tuple[bytes, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"?")
    return await reader.read(100), writer


async def _spread(port: int) -> list[str]:
    """Return a line for each way to connect."""
    one_by_one: Counter[bytes] = Counter()
    for _ in range(2000):
        one_by_one.update(await _numbers(port, at_once=1))
    bursts: Counter[bytes] = Counter()
    for _ in range(20):
        bursts.update(await _numbers(port, at_once=100))
    fullest = []
    for _ in range(30):
        kept = [await _ask(port) for _ in range(64)]
        fullest.append(max(Counter(number for number, _ in kept).values()))
        for _, writer in kept:
            writer.close()
    return [
        f"  one by one     {sorted(one_by_one.values())}",
        f"  bursts of 100  {sorted(bursts.values())}",
        f"  64 kept alive, the fullest: median {median(fullest):g}, worst {max(fullest)}",
    ]


async def _numbers(port: int, *, at_once: int) -> list[bytes]:
    """Connect so many times, and return who answered."""
    answers = await asyncio.gather(*(_ask(port) for _ in range(at_once)))
    for _, writer in answers:
        writer.close()
    return [number for number, _ in answers]


def main() -> None:
    """Print how connections spread, for two and for four processes."""
    for count in (2, 4):
        (shared,) = listen([ANY], flag="--shared")
        each = [first for (first,) in listen_balanced([ANY], flag="--each", copies=count)]
        for name, listeners in (("one socket shared", [shared] * count), ("a socket each", each)):
            with _processes(listeners):
                print(f"{count} processes, {name}")
                for line in uvloop.run(_spread(address_of(listeners[0]).port)):
                    print(line)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
    else:
        main()
